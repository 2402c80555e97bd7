package io.waystation.journal;

import java.util.List;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;

/** Meters of one group. */
final class GroupMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Counter commits;
    private final Counter records;
    private final Counter deadLetters;
    private final Counter lost;
    private final Gauge lag;

    GroupMeters(MeterRegistry registry, String group, Supplier<Number> lag) {
        this.registry = registry;
        this.commits = counter("waystation.group.commits", "Transactions that committed the group's position", group);
        this.records = counter("waystation.group.records", "Records the group has finished", group);
        this.deadLetters = counter("waystation.group.dead.letters", "Records the group could not process", group);
        this.lost = counter("waystation.group.lost", "Events gone from the log before the group had read them", group);
        this.lag = Gauge.builder("waystation.group.lag", lag)
                .description("Offsets between the group's committed position and the tail of the log")
                .tag("group", group).register(registry);
    }

    private Counter counter(String name, String description, String group) {
        return Counter.builder(name).description(description).tag("group", group).register(registry);
    }

    void committed(int finished, int failed) {
        commits.increment();
        records.increment(finished);
        deadLetters.increment(failed);
    }

    void lost(long events) {
        lost.increment(events);
    }

    @Override
    public void close() {
        List.<Meter>of(commits, records, deadLetters, lost, lag).forEach(registry::remove);
    }
}
