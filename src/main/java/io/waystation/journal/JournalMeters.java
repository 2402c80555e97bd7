package io.waystation.journal;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** What the log counts. Thread-safe. */
final class JournalMeters {
    private final MeterRegistry registry;
    private final Timer commit;
    private final Timer checkpoint;
    private final DistributionSummary batch;
    private final Counter events;
    private final Counter duplicates;
    private final Counter damaged;

    JournalMeters(MeterRegistry given) {
        registry = given == null ? new SimpleMeterRegistry() : given;
        commit = Timer.builder("waystation.journal.commit").description("Time of a transaction of the log")
                .publishPercentileHistogram().register(registry);
        checkpoint = Timer.builder("waystation.journal.checkpoint")
                .description("Time to move pages into a segment's main file").register(registry);
        batch = DistributionSummary.builder("waystation.journal.batch").description("Events per transaction")
                .register(registry);
        events = Counter.builder("waystation.journal.events").description("Events written").register(registry);
        duplicates = Counter.builder("waystation.journal.duplicates")
                .description("Appends answered with an earlier position").register(registry);
        damaged = Counter.builder("waystation.journal.damaged").description("Batches found unreadable")
                .register(registry);
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("waystation.journal." + name, value).description(description).register(registry);
    }

    void committed(int count, long nanos) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
        batch.record(count);
        events.increment(count);
    }

    void checkpointed(long nanos) {
        checkpoint.record(nanos, TimeUnit.NANOSECONDS);
    }

    void duplicates(long count) {
        duplicates.increment(count);
    }

    void rejected(String reason, int count) {
        registry.counter("waystation.journal.rejected", "reason", reason).increment(count);
    }

    void damaged() {
        damaged.increment();
    }

    JournalStatistics statistics(int queued, Segments segments) {
        double rejected = registry.find("waystation.journal.rejected").counters().stream()
                .mapToDouble(Counter::count).sum();
        return new JournalStatistics(commit.count(), (long) events.count(), (long) duplicates.count(),
                (long) rejected, (long) damaged.count(), queued, segments.count(), segments.size());
    }
}
