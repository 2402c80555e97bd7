package io.waystation.work.operation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import org.apache.camel.Exchange;

import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;
import io.waystation.store.Store;

/**
 * Answers requests for streams of operations: bean {@code operationStreams} of the routes.
 *
 * <p>A stream begins behind the event named by {@code Last-Event-ID} (or the query parameter {@code lastEventId}), else with
 * what comes next; that of one operation begins with its first event. Its first frame, {@code ready}, has the id it begins
 * behind. Methods read the store, so their routes do not run on event loops.
 */
public final class OperationStreamRequests {
    private static final int LONGEST = 512;

    private final Store store;
    private final OperationStreams streams;

    OperationStreamRequests(Store store, OperationStreams streams) {
        this.store = store;
        this.streams = streams;
    }

    /** {@code GET /api/operations/stream}: all operations. */
    public CompletableFuture<Void> all(Exchange exchange) {
        return follow(exchange, null, null, false);
    }

    /** {@code GET /api/operations/{id}/stream}: one operation, from its beginning. */
    public CompletableFuture<Void> one(Exchange exchange) {
        return follow(exchange, exchange.getMessage().getHeader("id", String.class), null, false);
    }

    /** {@code GET /api/projects/stream}: the operations of all projects. */
    public CompletableFuture<Void> projects(Exchange exchange) {
        return follow(exchange, null, null, true);
    }

    /** {@code GET /api/projects/{projectId}/stream}: the operations of one project. */
    public CompletableFuture<Void> project(Exchange exchange) {
        return follow(exchange, null, exchange.getMessage().getHeader("projectId", String.class), false);
    }

    private CompletableFuture<Void> follow(Exchange exchange, String operation, String project, boolean anyProject) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        StreamFilter filter = new StreamFilter(operation, project, anyProject,
                names(request, "kind"), names(request, "subject"));
        Start start = store.read(handle -> start(
                EventRows.range(handle), operation == null ? null : OperationRows.find(handle, operation).orElseThrow(
                        () -> new ProblemException(404, "no-such-operation", "There is no operation with this id.")),
                operation == null ? 0 : EventRows.lastOf(handle, operation), lastEventId(request)));
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (start.isOver()) {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204); // ends the reconnecting of a browser
            exchange.getMessage().setBody(new byte[0]);
            done.complete(null);
            return done;
        }
        streams.reserve();
        ResponseStream response = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class);
        try {
            response.loop().execute(() -> {
                try {
                    streams.open(response, filter, start.after(), start.opening());
                    done.complete(null);
                } catch (RuntimeException gone) {
                    done.completeExceptionally(gone);
                }
            });
        } catch (RejectedExecutionException stopping) {
            streams.release();
            throw new ProblemException(503, "stopping", "The hub is stopping.");
        }
        return done;
    }

    private static Start start(EventRows.Range range, Operation operation, long lastOfOperation, Optional<String> named) {
        Optional<Long> id = named.flatMap(OperationStreamRequests::id).filter(known -> known <= range.last());
        if (operation != null) {
            long after = id.orElse(0L);
            return new Start(after, operation.state().isEnd() && after >= lastOfOperation, opening(after));
        }
        long after = id.orElse(range.last());
        List<StreamFrame> opening = new ArrayList<>(opening(after));
        if (named.isPresent() && id.isEmpty() || id.isPresent() && after < range.expired()) {
            opening.add(frame("event: gap\ndata: {\"reason\":\"" + (id.isEmpty() ? "unknown-id" : "expired")
                    + "\",\"after\":" + after + ",\"oldest\":" + (range.expired() + 1) + "}\n\n"));
        }
        return new Start(after, false, opening);
    }

    private static List<StreamFrame> opening(long after) {
        return List.of(frame("retry: 1000\nid: " + after + "\nevent: ready\ndata: {\"after\":" + after + "}\n\n"));
    }

    private static StreamFrame frame(String text) {
        return StreamFrame.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Where a stream begins.
     *
     * @param after id behind which it begins
     * @param isOver whether nothing will ever come
     * @param opening its first frames
     */
    private record Start(long after, boolean isOver, List<StreamFrame> opening) {
    }

    private static Optional<String> lastEventId(HttpRequest request) {
        return request.headers().first("last-event-id").or(() -> QueryString.first(request.query(), "lastEventId"))
                .map(String::trim).filter(id -> !id.isEmpty());
    }

    private static Optional<Long> id(String text) {
        return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    /** Values of a query parameter, separated by commas. */
    private static Set<String> names(HttpRequest request, String name) {
        Set<String> names = new TreeSet<>();
        for (String part : QueryString.first(request.query(), name).orElse("").split(",")) {
            if (!part.isBlank()) {
                names.add(part.trim());
            }
        }
        if (names.size() > StreamFilter.MOST || names.stream().anyMatch(part -> part.length() > LONGEST)) {
            throw new ProblemException(400, "invalid-parameter", name + " may name " + StreamFilter.MOST + " at most.");
        }
        return names;
    }
}
