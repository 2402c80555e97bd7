package io.waystation.work.operation;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operations count: {@code waystation.operations.open} by state, {@code .ended} by state, {@code .events},
 * {@code .streams}, {@code .stream.events} and {@code .stream.cuts} by reason. Thread-safe.
 */
final class OperationMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(OperationMetrics.class);

    private final MeterRegistry registry;
    private final Counter events;
    private final LongAdder sent = new LongAdder();

    OperationMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.events = Counter.builder("waystation.operations.events")
                .description("Events of operations").register(registry);
        FunctionCounter.builder("waystation.operations.stream.events", sent, LongAdder::doubleValue)
                .description("Events written to streams of operations").register(registry);
    }

    /** Gauges that ask others. */
    void watch(Supplier<Map<String, Long>> open, Supplier<Number> streams) {
        for (OperationState state : OperationState.values()) {
            if (!state.isEnd()) {
                Gauge.builder("waystation.operations.open", () -> count(open, state)).tag("state", state.toString())
                        .description("Operations that have not ended").register(registry);
            }
        }
        Gauge.builder("waystation.operations.streams", streams).description("Open streams of operations").register(registry);
    }

    private static double count(Supplier<Map<String, Long>> open, OperationState state) {
        try {
            return open.get().getOrDefault(state.toString(), 0L);
        } catch (RuntimeException unreadable) {
            LOG.debug("Operations cannot be counted", unreadable);
            return Double.NaN;
        }
    }

    void ended(OperationState state) {
        registry.counter("waystation.operations.ended", "state", state.toString()).increment();
    }

    void published(int count) {
        events.increment(count);
    }

    void sent() {
        sent.increment();
    }

    void cut(String reason) {
        registry.counter("waystation.operations.stream.cuts", "reason", reason).increment();
    }
}
