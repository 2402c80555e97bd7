package io.waystation.update.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;

/** Meters of machines and rollouts. What has to be counted in the store is counted when somebody asks, at most every few seconds. Thread-safe. */
final class FleetMeters {
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Map<String, ToIntFunction<RingCount>> STATES =
            Map.of("good", RingCount::good, "failed", RingCount::failed, "silent", RingCount::silent, "waiting", RingCount::waiting);

    private final MeterRegistry registry;
    private final Map<String, List<Meter>> rollouts = new ConcurrentHashMap<>();

    FleetMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** How many machines are enrolled. */
    void machines(Supplier<Integer> count) {
        Supplier<Integer> recent = recent(count);
        Gauge.builder("waystation.fleet.machines", recent::get).description("Machines that have reported to this hub").strongReference(true).register(registry);
    }

    /** A report came: {@code news}, {@code repeated}, or the code it was refused with. */
    void reported(String result) {
        Counter.builder("waystation.fleet.reports").description("Reports of machines, by what became of them").tag("result", result)
                .register(registry).increment();
    }

    /** A subsystem is rolled out in rings from now on. */
    void follow(String subsystem, Supplier<Optional<Rollouts.View>> view) {
        leave(subsystem);
        Supplier<Optional<Rollouts.View>> recent = recent(view);
        List<Meter> meters = new ArrayList<>();
        meters.add(gauge("waystation.fleet.rollout.admits", "Percent of machines that the newest release is open to", subsystem, recent,
                now -> now.manifest().rollout().admits()));
        meters.add(gauge("waystation.fleet.rollout.halted", "1 while the newest release is halted", subsystem, recent,
                now -> now.manifest().rollout().halted() ? 1 : 0));
        STATES.forEach((state, count) -> meters.add(Gauge.builder("waystation.fleet.rollout.machines",
                        () -> recent.get().map(now -> count.applyAsInt(now.count())).orElse(0))
                .description("Machines that the newest release is open to, by what they said of it").tag("subsystem", subsystem).tag("state", state)
                .strongReference(true).register(registry)));
        rollouts.put(subsystem, meters);
    }

    private Gauge gauge(String name, String description, String subsystem, Supplier<Optional<Rollouts.View>> view, Function<Rollouts.View, Integer> value) {
        return Gauge.builder(name, () -> view.get().map(value).orElse(0)).description(description).tag("subsystem", subsystem)
                .strongReference(true).register(registry);
    }

    /** A subsystem is no longer rolled out in rings. */
    void leave(String subsystem) {
        Optional.ofNullable(rollouts.remove(subsystem)).ifPresent(meters -> meters.forEach(registry::remove));
    }

    private static <T> Supplier<T> recent(Supplier<T> supplier) {
        return new Supplier<>() {
            private T last;
            private long at;

            @Override
            public synchronized T get() {
                if (last == null || System.nanoTime() - at > RECENT_NANOS) {
                    last = supplier.get();
                    at = System.nanoTime();
                }
                return last;
            }
        };
    }
}
