package io.waystation.console;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.event.Event;
import io.waystation.journal.DeadLetter;
import io.waystation.journal.DeadLetterFilter;
import io.waystation.journal.DeadLetters;

/** Bean {@code deadLettersApi}: what groups could not process. */
public final class DeadLettersApi {
    private static final int MOST = 1_000;
    private static final int USUAL = 50;

    private final DeadLetters letters;

    DeadLettersApi(DeadLetters letters) {
        this.letters = letters;
    }

    /** {@code GET /api/dead-letters}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        List<DeadLetter> found = letters.list(new DeadLetterFilter(request.query("group").orElse(null),
                request.query("channel").orElse(null), request.query("state").map(DeadLettersApi::state).orElse(null),
                request.query("before").orElse(null), limit));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("deadLetters");
        for (DeadLetter letter : found) {
            ObjectNode row = describe(letter);
            Event event = letter.event().event();
            row.putObject("event").put("id", event.id()).put("position", letter.event().position().toString())
                    .put("channel", event.channel()).put("source", event.source()).put("type", event.type());
            rows.add(row);
        }
        answer.put("next", found.size() < limit ? null : found.get(limit - 1).id());
        ApiAnswer.json(exchange, 200, answer);
    }

    private static DeadLetter.State state(String text) {
        return Arrays.stream(DeadLetter.State.values()).filter(state -> name(state).equals(text)).findFirst()
                .orElseThrow(() -> ApiRequest.invalid("state", "must be dead or queued"));
    }

    private static String name(DeadLetter.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode describe(DeadLetter letter) {
        return ApiAnswer.object().put("id", letter.id()).put("group", letter.group()).put("state", name(letter.state()))
                .put("reason", letter.reason()).put("error", letter.errorClass()).put("route", letter.routeId())
                .put("attempts", letter.attempts()).put("time", letter.time().toString())
                .put("updated", letter.updated().toString());
    }

    /** {@code GET /api/dead-letters/{id}}. */
    public void show(Exchange exchange) {
        DeadLetter letter = find(exchange);
        ObjectNode answer = describe(letter);
        answer.set("event", EventsApi.describe(letter.event()));
        ApiAnswer.json(exchange, 200, answer);
    }

    private DeadLetter find(Exchange exchange) {
        Optional<DeadLetter> letter = letters.find(ApiRequest.of(exchange).path("id"));
        return letter.orElseThrow(() -> ApiRequest.missing("no-such-dead-letter", "There is no dead letter with this id."));
    }

    /** {@code POST /api/dead-letters/{id}/requeue}. */
    public void requeue(Exchange exchange) {
        String id = find(exchange).id();
        letters.requeue(List.of(id));
        Audit.note(exchange, "queued dead letter", id);
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("id", id).put("state", name(DeadLetter.State.QUEUED)));
    }

    /** {@code POST /api/dead-letters/{id}/discard}. */
    public void discard(Exchange exchange) {
        String id = find(exchange).id();
        letters.discard(List.of(id));
        Audit.note(exchange, "discarded dead letter", id);
        ApiAnswer.done(exchange);
    }
}
