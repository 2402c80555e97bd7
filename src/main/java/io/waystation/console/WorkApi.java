package io.waystation.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.delivery.Deliveries;
import io.waystation.http.Access;
import io.waystation.http.ProblemException;
import io.waystation.http.Token;
import io.waystation.work.ItemState;
import io.waystation.work.QueueStatus;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkItems;
import io.waystation.work.WorkStatus;

/** Bean {@code workApi}: the work queues and their items. */
public final class WorkApi {
    private static final int MOST = 1_000;
    private static final int USUAL = 50;

    private final WorkItems items;
    private final Deliveries deliveries;

    WorkApi(WorkItems items, Deliveries deliveries) {
        this.items = items;
        this.deliveries = deliveries;
    }

    /** {@code GET /api/work/queues}. */
    public void queues(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("queues");
        for (String name : items.queueNames()) {
            QueueStatus status = items.status(name);
            ObjectNode row = rows.addObject().put("name", name);
            status.counts().forEach((state, count) -> row.put(state.text(), count));
            row.put("oldestAgeSeconds", status.oldestAgeSeconds()).put("consumed", status.running());
        }
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code GET /api/work/items}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        List<WorkStatus> found = request.query("id").isPresent() ? withId(request) : items.list(new WorkFilter(
                request.query("queue").orElse(null), request.query("key").orElse(null),
                request.query("state").map(WorkApi::state).orElse(null),
                request.query("before").map(text -> number("before", text)).orElse(null), limit));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("items");
        found.forEach(item -> rows.add(describe(item)));
        answer.put("next", found.size() < limit ? null : Long.toString(found.get(limit - 1).number()));
        ApiAnswer.json(exchange, 200, answer);
    }

    private List<WorkStatus> withId(ApiRequest request) {
        String queue = request.query("queue").orElseThrow(() -> ApiRequest.invalid("queue", "must be given with an id"));
        return items.find(queue, request.query("id").orElseThrow()).stream().toList();
    }

    private static ItemState state(String text) {
        return Arrays.stream(ItemState.values()).filter(state -> state.text().equals(text)).findFirst()
                .orElseThrow(() -> ApiRequest.invalid("state",
                        "must be waiting, ready, running, succeeded, dead, cancelled or superseded"));
    }

    private static long number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw ApiRequest.invalid(name, "must be the number of an item");
        }
    }

    private static ObjectNode describe(WorkStatus item) {
        return ApiAnswer.object().put("number", Long.toString(item.number())).put("queue", item.queue()).put("id", item.id())
                .put("key", item.key()).put("state", item.state().text()).put("waitsFor", item.waitsFor())
                .put("reason", item.reason()).put("error", item.errorClass()).put("route", item.routeId())
                .put("priority", item.priority()).put("nextAt", item.state() == ItemState.WAITING ? item.nextAt().toString() : null)
                .put("attempts", item.attempt()).put("lost", item.lost()).put("operation", item.operation())
                .put("causes", item.causes()).put("size", item.size()).put("added", item.addedAt().toString())
                .put("updated", item.updatedAt().toString())
                .put("finished", item.finishedAt() == null ? null : item.finishedAt().toString());
    }

    /** {@code GET /api/work/items/{number}}. */
    public void show(Exchange exchange) {
        WorkStatus.Content content = items.content(number(exchange)).orElseThrow(WorkApi::missing);
        ObjectNode answer = describe(content.status());
        ArrayNode causes = answer.putArray("causeIds");
        content.causes().forEach(causes::add);
        ObjectNode attributes = answer.putObject("attributes");
        content.attributes().forEach(attributes::put);
        Optional<byte[]> body = content.body();
        answer.put("body", body.map(bytes -> Base64.getEncoder().encodeToString(bytes)).orElse(null));
        body.filter(WorkApi::isText).ifPresent(bytes -> answer.put("bodyText", new String(bytes, StandardCharsets.UTF_8)));
        ApiAnswer.json(exchange, 200, answer);
    }

    private static boolean isText(byte[] bytes) {
        for (byte b : bytes) {
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static long number(Exchange exchange) {
        return number("number", ApiRequest.of(exchange).path("number"));
    }

    private static ProblemException missing() {
        return ApiRequest.missing("no-such-work-item", "There is no work item with this number.");
    }

    /** {@code POST /api/work/items/{number}/cancel}. */
    public void cancel(Exchange exchange) {
        long number = number(exchange);
        String reason = ApiRequest.of(exchange, "reason").text("reason").map(text -> ": " + text).orElse("");
        WorkItems.CancelResult result = items.cancel(number, "cancelled by " + who(exchange) + reason);
        switch (result) {
            case UNKNOWN -> throw missing();
            case ENDED -> throw new ProblemException(409, "work-item-ended", "The item has ended already; nothing was changed.");
            case REFUSED -> throw new ProblemException(409, "work-item-not-stoppable",
                    "The item runs and is past the point where it can be stopped, or is stopping already.");
            default -> { }
        }
        Audit.note(exchange, "cancelled work item", number);
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("number", Long.toString(number))
                .put("state", result == WorkItems.CancelResult.CANCELLED ? "cancelled" : "stopping"));
    }

    private static String who(Exchange exchange) {
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        return token == null ? "-" : token.name();
    }

    /** {@code POST /api/work/items/{number}/replay}. */
    public void replay(Exchange exchange) {
        long number = number(exchange);
        WorkStatus item = items.find(number).orElseThrow(WorkApi::missing);
        String reason = "replayed by " + who(exchange);
        if (!(Deliveries.isDelivery(item) ? deliveries.replay(item, reason) : items.replay(number, reason))) {
            throw new ProblemException(409, "work-item-not-replayable", "Only dead letters and cancelled items can be replayed.");
        }
        Audit.note(exchange, "replayed work item", number);
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("number", Long.toString(number)).put("state", ItemState.READY.text()));
    }

    /** {@code POST /api/work/items/{number}/discard}. */
    public void discard(Exchange exchange) {
        long number = number(exchange);
        items.find(number).orElseThrow(WorkApi::missing);
        if (!items.discard(number)) {
            throw new ProblemException(409, "work-item-not-discardable", "Only dead letters and cancelled items can be discarded.");
        }
        Audit.note(exchange, "discarded work item", number);
        ApiAnswer.done(exchange);
    }
}
