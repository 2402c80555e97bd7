package io.waystation.console;

import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.delivery.Deliveries;
import io.waystation.http.ProblemException;
import io.waystation.work.ItemState;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkStatus;
import org.apache.camel.Exchange;

/** Bean {@code deliveriesApi}: what is owed to endpoints, and what became of it. */
public final class DeliveriesApi {
    private static final int MOST = 1_000;
    private static final int USUAL = 50;

    private final Deliveries deliveries;
    private final Clock clock;

    DeliveriesApi(Deliveries deliveries, Clock clock) {
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /** {@code GET /api/deliveries}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        Criteria criteria = new Criteria(request::query);
        List<WorkStatus> found = deliveries.list(criteria.filter(
                request.query("state").map(DeliveriesApi::state).orElse(null),
                request.query("before").map(DeliveriesApi::number).orElse(null), limit, clock));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("deliveries");
        found.forEach(delivery -> rows.add(describe(delivery)));
        answer.put("next", found.size() < limit ? null : Long.toString(found.get(limit - 1).number()));
        ApiAnswer.json(exchange, 200, answer);
    }

    /** The same conditions in a query and in a body. */
    private record Criteria(Function<String, Optional<String>> of) {
        WorkFilter filter(ItemState state, Long before, int limit, Clock clock) {
            return new WorkFilter(null, null, state, before, limit, new WorkFilter.More(of.apply("endpoint").orElse(null),
                    of.apply("event").map(event -> event + ".").orElse(null), of.apply("reason").orElse(null),
                    ApiRequest.time("since", of.apply("since"), clock).orElse(null),
                    ApiRequest.time("until", of.apply("until"), clock).orElse(null)));
        }
    }

    private static ItemState state(String text) {
        return Arrays.stream(ItemState.values()).filter(state -> state.text().equals(text)).findFirst()
                .orElseThrow(() -> ApiRequest.invalid("state",
                        "must be waiting, ready, running, succeeded, dead, cancelled or superseded"));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw ApiRequest.invalid("before", "must be what a page named as next");
        }
    }

    /** {@code GET /api/deliveries/{id}}: one delivery with its event's attributes and every attempt. */
    public void show(Exchange exchange) {
        WorkStatus delivery = find(exchange);
        ObjectNode answer = describe(delivery);
        deliveries.event(delivery.id()).ifPresent(event -> answer.putObject("eventAttributes").put("channel", event.channel())
                .put("source", event.source()).put("type", event.type()).put("subject", event.subject())
                .put("time", event.time().toString()).put("contentType", event.contentType()).put("size", event.body().length));
        ArrayNode attempts = answer.putArray("attempts");
        deliveries.attempts(delivery.id()).forEach(attempt -> attempts.addObject().put("attempt", attempt.number())
                .put("at", attempt.at().toString()).put("millis", attempt.latency().toMillis())
                .put("status", attempt.status() == 0 ? null : attempt.status())
                .put("error", attempt.error() == null ? null : attempt.error().text()).put("detail", attempt.detail())
                .put("snippet", attempt.snippet()));
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code POST /api/deliveries/{id}/replay}. */
    public void replay(Exchange exchange) {
        WorkStatus delivery = find(exchange);
        if (!deliveries.replay(delivery, "replayed by " + Audit.who(exchange))) {
            throw new ProblemException(409, "delivery-not-replayable", "Only dead letters and cancelled deliveries can be replayed.");
        }
        Audit.note(exchange, "replayed delivery", delivery.id());
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("id", delivery.id()).put("state", ItemState.READY.text()));
    }

    /** {@code POST /api/deliveries/replay}: dead letters that fit, the oldest of a page last; or says which they would be. */
    public void replayMany(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.text("limit"), MOST, MOST);
        boolean dry = request.flag("dryRun").orElse(false);
        List<WorkStatus> found = deliveries.list(new Criteria(request::text).filter(ItemState.DEAD, null, limit, clock));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode ids = answer.putArray("deliveries");
        int replayed = 0;
        for (int i = found.size() - 1; i >= 0; i--) { // in the order they were owed
            ids.add(found.get(i).id());
            if (!dry && deliveries.replay(found.get(i), "replayed by " + Audit.who(exchange))) {
                replayed++;
            }
        }
        if (!dry) {
            Audit.note(exchange, "replayed dead deliveries:", replayed);
        }
        ApiAnswer.json(exchange, dry ? 200 : 202,
                answer.put("found", found.size()).put("replayed", replayed).put("more", found.size() == limit));
    }

    private WorkStatus find(Exchange exchange) {
        return deliveries.find(ApiRequest.of(exchange).path("id"))
                .orElseThrow(() -> ApiRequest.missing("no-such-delivery", "There is no delivery with this id."));
    }

    private static ObjectNode describe(WorkStatus delivery) {
        return ApiAnswer.object().put("id", delivery.id()).put("endpoint", Deliveries.endpointOf(delivery))
                .put("event", Deliveries.eventOf(delivery)).put("state", delivery.state().text()).put("reason", delivery.reason())
                .put("attemptCount", delivery.attempt())
                .put("nextAt", delivery.state() == ItemState.WAITING ? delivery.nextAt().toString() : null)
                .put("owed", delivery.addedAt().toString()).put("updated", delivery.updatedAt().toString())
                .put("finished", delivery.finishedAt() == null ? null : delivery.finishedAt().toString());
    }
}
