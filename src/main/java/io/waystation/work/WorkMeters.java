package io.waystation.work;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Meters of the queues. Thread-safe; a meter that exists is used again. */
final class WorkMeters {
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final MeterRegistry registry;
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private final Map<String, Recent> recent = new ConcurrentHashMap<>();
    private final Map<Of, Counter> added = new ConcurrentHashMap<>();
    private final Map<Of, Timer> attempts = new ConcurrentHashMap<>();
    private volatile Function<String, QueueStatus> status;

    WorkMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Additions of a queue, by what became of them. */
    void added(String queue, Added.Result result) {
        watch(queue);
        added.computeIfAbsent(new Of(queue, result.name()), of -> Counter.builder("waystation.work.added")
                .description("Additions to a queue, by what became of them")
                .tag("queue", queue).tag("result", result.name().toLowerCase(Locale.ROOT)).register(registry)).increment();
    }

    /** An attempt has ended. */
    void ended(String queue, AttemptEnd end, Optional<ItemState> state, HeldLease lease) {
        watch(queue);
        String result = state.map(ItemState::text).orElse("lost");
        boolean retry = end instanceof AttemptEnd.Failed && state.isPresent() && state.get() != ItemState.DEAD;
        attempts.computeIfAbsent(new Of(queue, retry ? "retry" : result), of -> Timer.builder("waystation.work.attempts")
                .description("Attempts, by the state of their item after it")
                .tag("queue", queue).tag("result", of.result()).register(registry)).record(lease.age(), TimeUnit.NANOSECONDS);
    }

    /** What a meter is of; looking one up in the registry costs more than counting. */
    private record Of(String queue, String result) {
    }

    /** Reads gauges from the store when somebody asks, but not more than once in a few seconds. */
    void readFrom(Function<String, QueueStatus> reader) {
        status = queue -> recent.compute(queue, (name, last) -> last != null && System.nanoTime() - last.at() < RECENT_NANOS
                ? last : new Recent(reader.apply(name), System.nanoTime())).status();
    }

    private void watch(String queue) {
        if (status == null || !watched.add(queue)) {
            return;
        }
        for (ItemState state : new ItemState[] {ItemState.WAITING, ItemState.READY, ItemState.RUNNING, ItemState.DEAD}) {
            Gauge.builder("waystation.work.items", () -> status.apply(queue).count(state))
                    .description("Items of a queue in a state; those in the state dead are dead letters")
                    .tag("queue", queue).tag("state", state.text()).register(registry);
        }
        Gauge.builder("waystation.work.oldest.age", () -> status.apply(queue).oldestAgeSeconds())
                .description("How long the oldest item that is ready has waited to run").baseUnit("seconds")
                .tag("queue", queue).register(registry);
    }

    private record Recent(QueueStatus status, long at) {
    }
}
