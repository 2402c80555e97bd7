package io.waystation.delivery;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.work.WorkAddition;

/**
 * How events are delivered to an endpoint.
 *
 * @param styles how deliveries are signed, at least one
 * @param ordering what waits for what
 * @param retry schedule in place of the route's, such as {@code 10s, 1m, 10m x 3}; or null
 * @param rate attempts per second at most; 0 is no limit
 * @param options what few endpoints ask for
 */
public record EndpointTerms(List<SignatureStyle> styles, Ordering ordering, String retry, double rate, EndpointOptions options) {
    private static final double SLOWEST = 1 / 900.0;
    private static final int FASTEST = 100_000;

    /** As endpoints have them unless they ask for something else. */
    public static final EndpointTerms USUAL =
            new EndpointTerms(List.of(SignatureStyle.STANDARD_WEBHOOKS), Ordering.NONE, null, 0);

    /** Terms with the usual options. */
    public EndpointTerms(List<SignatureStyle> styles, Ordering ordering, String retry, double rate) {
        this(styles, ordering, retry, rate, EndpointOptions.USUAL);
    }

    /** The same with another rate. */
    public EndpointTerms withRate(double other) {
        return new EndpointTerms(styles, ordering, retry, other, options);
    }

    /** As the API shows them. */
    public ObjectNode json() {
        return EndpointRows.write(this);
    }

    /**
     * A retry schedule that can be read.
     *
     * @throws IllegalArgumentException when it cannot
     */
    public static String checkedRetry(String schedule) {
        new WorkAddition(Deliveries.QUEUE, "check", "check", new byte[0], Map.of(), null, schedule, null, WorkAddition.Terms.NOW);
        return schedule;
    }

    /** Checks what can be checked. */
    public EndpointTerms {
        styles = List.copyOf(styles);
        if (styles.isEmpty()) {
            throw new IllegalArgumentException("an endpoint needs at least one signature style");
        }
        if (rate != 0 && !(rate >= SLOWEST && rate <= FASTEST)) {
            throw new IllegalArgumentException("a rate is one attempt in 15 minutes (0.0012) to " + FASTEST + " in a second, or 0 for no limit");
        }
    }
}
