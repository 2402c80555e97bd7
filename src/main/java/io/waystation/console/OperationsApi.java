package io.waystation.console;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.Access;
import io.waystation.http.ProblemException;
import io.waystation.http.Token;
import io.waystation.work.operation.LogLine;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationFilter;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/** Bean {@code operationsApi}: what is being worked on, and what came of it. */
public final class OperationsApi {
    private static final int MOST = 1_000;
    private static final int USUAL = 50;
    private static final int MOST_LINES = 5_000;
    private static final int USUAL_LINES = 1_000;

    private final Operations operations;

    OperationsApi(Operations operations) {
        this.operations = operations;
    }

    /** {@code GET /api/operations}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        long lastEventId = operations.lastEventId(); // before the list: what changes meanwhile is told by the stream, too
        List<Operation> found = operations.list(new OperationFilter(request.query("kind").orElse(null),
                request.query("subject").orElse(null), request.query("project").orElse(null),
                request.query("state").map(OperationsApi::states).orElse(Set.of()),
                request.query("before").orElse(null), limit));
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("operations");
        found.forEach(operation -> rows.add(describe(operation)));
        answer.put("next", found.size() < limit ? null : found.get(limit - 1).id());
        ApiAnswer.json(exchange, 200, answer.put("lastEventId", lastEventId));
    }

    private static Set<OperationState> states(String text) {
        Set<OperationState> states = EnumSet.noneOf(OperationState.class);
        for (String name : text.split(",")) {
            if (name.trim().equals("open")) {
                Arrays.stream(OperationState.values()).filter(state -> !state.isEnd()).forEach(states::add);
            } else {
                states.add(OperationState.of(name.trim()).orElseThrow(() -> ApiRequest.invalid("state",
                        "must be open, or some of " + Arrays.toString(OperationState.values()))));
            }
        }
        return states;
    }

    /** {@code GET /api/operations/{id}}. */
    public void show(Exchange exchange) {
        ApiAnswer.json(exchange, 200, describe(find(exchange)));
    }

    private Operation find(Exchange exchange) {
        return operations.find(ApiRequest.of(exchange).path("id")).orElseThrow(OperationsApi::missing);
    }

    private static ProblemException missing() {
        return ApiRequest.missing("no-such-operation", "There is no operation with this id.");
    }

    private static ObjectNode describe(Operation operation) {
        ObjectNode json = ApiAnswer.object().put("id", operation.id()).put("kind", operation.kind())
                .put("subject", operation.subject()).put("project", operation.project())
                .put("state", operation.state().toString()).put("percent", operation.percent())
                .put("step", operation.step()).put("message", operation.message()).put("reason", operation.reason())
                .put("attempts", operation.attempts()).put("cancelReason", operation.cancelReason())
                .put("item", operation.item()).put("created", operation.created().toString())
                .put("started", operation.started() == null ? null : operation.started().toString())
                .put("updated", operation.updated().toString())
                .put("ended", operation.ended() == null ? null : operation.ended().toString());
        json.set("attributes", operation.attributes());
        return json.set("result", operation.result());
    }

    /** {@code GET /api/operations/{id}/log}. */
    public void log(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        int limit = ApiRequest.limit(request.query("limit"), USUAL_LINES, MOST_LINES);
        long after = request.query("after").map(OperationsApi::line).orElse(0L);
        List<LogLine> lines = operations.lines(find(exchange).id(), after, limit);
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("lines");
        lines.forEach(line -> rows.addObject().put("line", line.line()).put("time", line.time().toString()).put("text", line.text()));
        ApiAnswer.json(exchange, 200, answer.put("next", lines.size() < limit ? null : lines.get(limit - 1).line()));
    }

    private static long line(String text) {
        if (text.matches("\\d{1,18}")) {
            return Long.parseLong(text);
        }
        throw ApiRequest.invalid("after", "must be the number of a line");
    }

    /** {@code POST /api/operations/{id}/cancel}. */
    public void cancel(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange, "reason");
        Operation before = find(exchange);
        if (before.state().isEnd()) {
            throw new ProblemException(409, "operation-ended", "This operation has ended already: it is " + before.state() + ".");
        }
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        String who = token == null ? "somebody" : token.name();
        String why = request.text("reason").map(reason -> ": " + reason).orElse("");
        if (!operations.cancel(before.id(), "cancelled by " + who + why)) {
            throw new ProblemException(409, "past-cancelling", "This operation is past the point from which it only finishes.");
        }
        Audit.note(exchange, "cancelled operation", before.id());
        ApiAnswer.json(exchange, 202, describe(find(exchange)));
    }
}
