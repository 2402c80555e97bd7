package io.waystation.relay;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What the relay counts: {@code waystation.relay.subscribers}, {@code .deliveries}, {@code .cuts} by reason,
 * {@code .withheld} by encoding and {@code .lag}.
 *
 * <p>Thread-safe. Deliveries are counted for each event loop apart, without contention.
 */
final class RelayMetrics {
    private final MeterRegistry registry;
    private final List<LoopCounts> loops = new CopyOnWriteArrayList<>();

    RelayMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("waystation.relay.subscribers", this, RelayMetrics::subscribers)
                .description("Open streams").register(registry);
        FunctionCounter.builder("waystation.relay.deliveries", this, RelayMetrics::deliveries)
                .description("Events written to streams").register(registry);
        Gauge.builder("waystation.relay.lag", this, RelayMetrics::lag)
                .description("Events between the log's tail and the slowest stream").register(registry);
    }

    LoopCounts loop() {
        LoopCounts counts = new LoopCounts();
        loops.add(counts);
        return counts;
    }

    /** Clients of an encoding are told of a gap instead of an event. */
    void withheld(StreamEncoding encoding) {
        registry.counter("waystation.relay.withheld", "encoding", encoding.label()).increment();
    }

    void cut(String reason) {
        registry.counter("waystation.relay.cuts", "reason", reason).increment();
    }

    long deliveries() {
        return loops.stream().mapToLong(loop -> loop.deliveries.get()).sum();
    }

    int subscribers() {
        return loops.stream().mapToInt(loop -> loop.subscribers.get()).sum();
    }

    long lag() {
        return loops.stream().mapToLong(loop -> loop.lag.get()).max().orElse(0);
    }

    /** Counts of one event loop, written by that loop only. */
    static final class LoopCounts {
        private final AtomicLong deliveries = new AtomicLong();
        private final AtomicInteger subscribers = new AtomicInteger();
        private final AtomicLong lag = new AtomicLong();

        void delivered() {
            deliveries.lazySet(deliveries.get() + 1); // one writer: no need of a locked add
        }

        void subscribers(int change) {
            subscribers.addAndGet(change);
        }

        void lag(long events) {
            lag.set(events);
        }
    }
}
