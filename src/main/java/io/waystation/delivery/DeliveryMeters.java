package io.waystation.delivery;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts deliveries. */
final class DeliveryMeters {
    private final MeterRegistry meters;
    private final SuccessRatio ratio;
    private final Timer succeeded;
    private final Timer delivered;

    DeliveryMeters(MeterRegistry meters, SuccessRatio ratio) {
        this.meters = meters;
        this.ratio = ratio;
        this.succeeded = attempts("succeeded");
        this.delivered = Timer.builder("waystation.delivery.latency")
                .description("Time from the acceptance of an event to its delivery").register(meters);
    }

    private Timer attempts(String result) {
        return Timer.builder("waystation.delivery.attempts").description("Attempts and their time, by result")
                .tag("result", result).register(meters);
    }

    void attempt(Answer answer, Duration latency) {
        (answer.isSuccess() ? succeeded : attempts(answer.error().text())).record(latency);
    }

    void delivered(Duration latency) {
        delivered.record(latency);
        ratio.made();
    }

    void dead(ErrorClass error) {
        ratio.dead();
        meters.counter("waystation.delivery.dead", "error", error.text()).increment();
    }
}
