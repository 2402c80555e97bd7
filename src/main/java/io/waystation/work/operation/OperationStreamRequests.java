package io.waystation.work.operation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.apache.camel.Exchange;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * behind. Methods run on an event loop and complete there, so that a thousand browsers may come back at once.
 */
public final class OperationStreamRequests {
    private static final Logger LOG = LoggerFactory.getLogger(OperationStreamRequests.class);
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
        Optional<String> named = lastEventId(request);
        CompletableFuture<Void> done = new CompletableFuture<>();
        streams.reserve();
        streams.read(() -> {
            Executor loop = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class).loop();
            Runnable then = admit(exchange, filter, named, done);
            try {
                loop.execute(then);
            } catch (RejectedExecutionException stopping) {
                done.completeExceptionally(stopping);
            }
        });
        return done;
    }

    /** Finds the start, which reads the store; answers what is left to do on the event loop. */
    private Runnable admit(Exchange exchange, StreamFilter filter, Optional<String> named, CompletableFuture<Void> done) {
        ResponseStream response = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class);
        try {
            Start start = store.read(handle -> filter.operation() == null
                    ? start(EventRows.range(handle), named) : start(handle, filter.operation(), named));
            if (start.isOver()) {
                streams.release();
                answerOver(exchange);
                return () -> done.complete(null);
            }
            return () -> {
                try {
                    streams.open(response, filter, start.after(), start.opening());
                    done.complete(null);
                } catch (RuntimeException gone) {
                    done.completeExceptionally(gone);
                }
            };
        } catch (ProblemException refused) {
            streams.release();
            return () -> done.completeExceptionally(refused);
        } catch (RuntimeException unreadable) { // an error would end a browser's stream for good: drop it, and it comes again
            streams.release();
            LOG.warn("A stream of operations cannot begin and is dropped: {}", unreadable.toString());
            return () -> {
                streams.metrics().cut("unreadable");
                response.abort();
                done.complete(null);
            };
        }
    }

    /** An answer that ends the reconnecting of a browser. */
    private static void answerOver(Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        exchange.getMessage().setBody(new byte[0]);
    }

    private static Start start(Handle handle, String id, Optional<String> named) {
        Operation operation = OperationRows.find(handle, id).orElseThrow(
                () -> new ProblemException(404, "no-such-operation", "There is no operation with this id."));
        long after = named.flatMap(OperationStreamRequests::id).filter(known -> known <= EventRows.range(handle).last()).orElse(0L);
        return new Start(after, operation.state().isEnd() && after >= EventRows.lastOf(handle, id), opening(after));
    }

    private static Start start(EventRows.Range range, Optional<String> named) {
        Optional<Long> id = named.flatMap(OperationStreamRequests::id).filter(known -> known <= range.last());
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
