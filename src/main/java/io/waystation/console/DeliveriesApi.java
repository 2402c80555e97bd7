package io.waystation.console;

import java.time.Clock;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.delivery.Deliveries;
import io.waystation.delivery.Replays;
import io.waystation.http.ProblemException;
import io.waystation.work.ItemState;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkStatus;
import org.apache.camel.Exchange;

/** Bean {@code deliveriesApi}: what is owed to endpoints, and what became of it. */
public final class DeliveriesApi {
    private static final int MOST = 1_000;
    private static final int USUAL = 50;
    private static final int MOST_RATE = 100_000;
    private static final List<String> REPLAY_FIELDS = List.of("endpoint", "event", "type", "reason", "since", "until", "from", "to", "states",
            "rate", "dryRun");
    /** So long an answer waits for the end of a small replay. */
    private static final int LONGEST_SECONDS = 5;

    private final Deliveries deliveries;
    private final Replays replays;
    private final Clock clock;

    DeliveriesApi(Deliveries deliveries, Replays replays, Clock clock) {
        this.deliveries = deliveries;
        this.replays = replays;
        this.clock = clock;
    }

    /** {@code GET /api/deliveries}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        Deliveries.Page found = deliveries.page(new Criteria(request::query).filter(
                request.query("state").map(DeliveriesApi::state).orElse(null),
                request.query("before").map(text -> number("before", text)).orElse(null), limit, clock), request.query("type").orElse(null));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("deliveries");
        found.deliveries().forEach(delivery -> rows.add(describe(delivery)));
        answer.put("next", found.next() == null ? null : Long.toString(found.next()));
        ApiAnswer.json(exchange, 200, answer);
    }

    /** The same conditions in a query and in a body. */
    private record Criteria(Function<String, Optional<String>> of) {
        WorkFilter filter(ItemState state, Long before, int limit, Clock clock) {
            return new WorkFilter(null, null, state, before, limit, more(clock));
        }

        WorkFilter.More more(Clock clock) {
            return new WorkFilter.More(of.apply("endpoint").orElse(null),
                    of.apply("event").map(event -> event + ".").orElse(null), of.apply("reason").orElse(null),
                    ApiRequest.time("since", of.apply("since"), clock).orElse(null),
                    ApiRequest.time("until", of.apply("until"), clock).orElse(null));
        }
    }

    private static ItemState state(String text) {
        return Arrays.stream(ItemState.values()).filter(state -> state.text().equals(text)).findFirst()
                .orElseThrow(() -> ApiRequest.invalid("state",
                        "must be waiting, ready, running, succeeded, dead, cancelled or superseded"));
    }

    private static long number(String field, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw ApiRequest.invalid(field, "must be the position of a delivery, or what a page named as next");
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

    /** {@code POST /api/deliveries/{id}/replay}: a dead letter or a cancelled one; with {@code delivered} also one that was made. */
    public void replay(Exchange exchange) {
        WorkStatus delivery = find(exchange);
        boolean made = ApiRequest.of(exchange, "delivered").flag("delivered").orElse(false);
        String reason = "replayed by " + Audit.who(exchange);
        boolean again = delivery.state() == ItemState.SUCCEEDED
                ? made && replays.again(WorkBacklog.Ended.of(delivery), reason)
                : deliveries.replay(delivery, reason);
        if (!again) {
            throw new ProblemException(409, "delivery-not-replayable", "Only dead letters and cancelled deliveries can be replayed, "
                    + "and with \"delivered\": true those that were made while their event is kept (waystation.delivery.keep).");
        }
        Audit.note(exchange, "replayed delivery", delivery.id());
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("id", delivery.id()).put("state", ItemState.READY.text()));
    }

    /** {@code POST /api/deliveries/replay}: sends those that fit again as an operation; or says which they would be. */
    public void replayMany(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        request.onlyFields(REPLAY_FIELDS);
        boolean dry = request.flag("dryRun").orElse(false);
        double rate = rate(request);
        List<Replays.Found> found = replays.find(new Replays.Which(states(request), request.text("from").map(text -> number("from", text)).orElse(null),
                request.text("to").map(text -> number("to", text)).orElse(null), request.text("type").orElse(null),
                new Criteria(request::text).more(clock)));
        ObjectNode answer = ApiAnswer.object().put("found", found.size());
        ArrayNode ids = answer.putArray("deliveries");
        found.stream().limit(MOST).forEach(each -> ids.add(each.id()));
        answer.put("more", found.size() > MOST);
        if (dry) {
            ApiAnswer.json(exchange, 200, answer.put("replayed", 0));
            return;
        }
        Replays.Started started = replays.start(found, rate, "replayed by " + Audit.who(exchange),
                Map.of("by", Audit.who(exchange)));
        Audit.note(exchange, "replays " + found.size() + " deliveries in operation", started.operation());
        answer.put("operation", started.operation());
        answer.put("replayed", rate == 0 && found.size() <= MOST
                ? started.done().copy().completeOnTimeout(null, LONGEST_SECONDS, TimeUnit.SECONDS)
                .exceptionally(stopping -> null).join() : null);
        ApiAnswer.json(exchange, 202, answer);
    }

    private static double rate(ApiRequest request) {
        JsonNode rate = request.body().path("rate");
        if (rate.isMissingNode() || rate.isNull()) {
            return 0;
        }
        if (!rate.isNumber() || rate.asDouble() <= 0 || rate.asDouble() > MOST_RATE) {
            throw ApiRequest.invalid("rate", "must be a number of deliveries per second, up to " + MOST_RATE);
        }
        return rate.asDouble();
    }

    private static Set<ItemState> states(ApiRequest request) {
        JsonNode given = request.body().path("states");
        if (given.isMissingNode() || given.isNull()) {
            return Set.of(ItemState.DEAD);
        }
        Set<ItemState> states = EnumSet.noneOf(ItemState.class);
        given.forEach(text -> states.add(state(text.asText())));
        if (states.isEmpty() || !Replays.STATES.containsAll(states)) {
            throw ApiRequest.invalid("states", "must be a list of dead, cancelled and succeeded");
        }
        return states;
    }

    private WorkStatus find(Exchange exchange) {
        return deliveries.find(ApiRequest.of(exchange).path("id"))
                .orElseThrow(() -> ApiRequest.missing("no-such-delivery", "There is no delivery with this id."));
    }

    private static ObjectNode describe(WorkStatus delivery) {
        return ApiAnswer.object().put("id", delivery.id()).put("position", delivery.number()).put("endpoint", Deliveries.endpointOf(delivery))
                .put("event", Deliveries.eventOf(delivery)).put("state", delivery.state().text()).put("reason", delivery.reason())
                .put("attemptCount", delivery.attempt())
                .put("nextAt", delivery.state() == ItemState.WAITING ? delivery.nextAt().toString() : null)
                .put("owed", delivery.addedAt().toString()).put("updated", delivery.updatedAt().toString())
                .put("finished", delivery.finishedAt() == null ? null : delivery.finishedAt().toString());
    }
}
