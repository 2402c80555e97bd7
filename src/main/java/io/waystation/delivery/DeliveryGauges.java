package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.work.ItemState;
import io.waystation.work.QueueStatus;
import io.waystation.work.WorkItems;

/**
 * How deliveries stand: what is owed, since when, dead letters, leases, and the part of deliveries that are made, against the
 * promise of {@code waystation.delivery.slo}. What is counted in the store is counted when somebody asks, at most every 5 s.
 */
final class DeliveryGauges {
    private static final long RECENT_MILLIS = 5_000;

    private final WorkItems items;
    private final Clock clock;
    private List<QueueStatus> status = List.of();
    private long readAt = Long.MIN_VALUE;

    DeliveryGauges(MeterRegistry meters, WorkItems items, Endpoints endpoints, SuccessRatio ratio, double slo, Clock clock) {
        this.items = items;
        this.clock = clock;
        Gauge.builder("waystation.delivery.backlog", () -> sum(queue -> queue.count(ItemState.WAITING) + queue.count(ItemState.READY)
                + queue.count(ItemState.RUNNING))).description("Deliveries that are owed").register(meters);
        Gauge.builder("waystation.delivery.oldest", () -> queues().stream().mapToLong(QueueStatus::oldestAgeSeconds).max().orElse(0))
                .description("How long the oldest delivery that could be sent has waited").baseUnit("seconds").register(meters);
        Gauge.builder("waystation.delivery.dead.letters", () -> sum(queue -> queue.count(ItemState.DEAD)))
                .description("Deliveries that are dead letters").register(meters);
        Arrays.stream(EndpointState.values()).forEach(state -> Gauge.builder("waystation.delivery.endpoints", () -> endpoints.all().stream()
                .filter(endpoint -> endpoint.standing().state() == state).count())
                .description("Registered endpoints, by how they stand").tag("state", state.text()).register(meters));
        Gauge.builder("waystation.delivery.leases", () -> endpoints.all().stream()
                .filter(endpoint -> endpoint.lease().filter(clock.instant()::isBefore).isPresent()).count())
                .description("Endpoints with a lease that has not run out").register(meters);
        Gauge.builder("waystation.delivery.success.ratio", () -> ratio.of(Duration.ofHours(1)).value())
                .description("Part of the deliveries that ended in the last hour that were made; the others are dead letters").register(meters);
        Gauge.builder("waystation.delivery.slo", () -> slo).description("The part that is promised").register(meters);
        Gauge.builder("waystation.delivery.slo.kept", () -> ratio.of(Duration.ofHours(1)).value() >= slo ? 1 : 0)
                .description("1 while the promise is kept, over the last hour").register(meters);
    }

    private synchronized List<QueueStatus> queues() {
        long now = clock.millis();
        if (readAt == Long.MIN_VALUE || now - readAt >= RECENT_MILLIS) {
            status = Stream.of(Deliveries.QUEUE, Deliveries.ORDERED).map(items::status).toList();
            readAt = now;
        }
        return status;
    }

    private long sum(ToLongFunction<QueueStatus> count) {
        return queues().stream().mapToLong(count).sum();
    }
}
