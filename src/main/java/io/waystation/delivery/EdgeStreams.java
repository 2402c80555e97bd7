package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bean {@code edgeStreams}: endpoints that pull what they are owed, from behind a firewall, and acknowledge it by position.
 *
 * <p>An endpoint has one stream; a newer one takes the place of an older one. While it has one, nothing is sent to it
 * otherwise. What was handed out and not acknowledged comes again on the next stream, at the same position. Thread-safe.
 */
public final class EdgeStreams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeStreams.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> HEADERS = Map.of("Content-Type", "text/event-stream",
            "Cache-Control", "no-store, no-transform", "X-Accel-Buffering", "no"); // nginx would hold frames back
    /** No blank line: a comment alone must not end an event that is under way. */
    private static final StreamFrame HEARTBEAT = StreamFrame.of(": waiting\n".getBytes(StandardCharsets.US_ASCII));

    private final Endpoints endpoints;
    private final EdgeAccess access;
    private final PullRows rows;
    private final PullReader reader;
    private final PullSettings settings;
    private final Clock clock;
    private final Counter looks;
    private final Map<String, EdgeStream> open = new ConcurrentHashMap<>();
    private final ExecutorService readers;
    private long heartbeatAt = System.nanoTime();
    private long sweptAt = System.nanoTime();

    EdgeStreams(Endpoints endpoints, EdgeAccess access, PullRows rows, PulledBody bodies, PullSettings settings, MeterRegistry meters, Clock clock) {
        this.endpoints = endpoints;
        this.access = access;
        this.rows = rows;
        this.readers = Executors.newFixedThreadPool(settings.readers(), task -> {
            Thread thread = new Thread(task, "edge-reader");
            thread.setDaemon(true);
            return thread;
        });
        this.reader = new PullReader(endpoints, rows, bodies, settings.window(), readers::isShutdown);
        this.settings = settings;
        this.clock = clock;
        this.looks = Counter.builder("waystation.delivery.pull.looks").description("Looks into the store for streams of endpoints that pull")
                .register(meters);
        Gauge.builder("waystation.delivery.pull.streams", open, Map::size).description("Open streams of endpoints that pull").register(meters);
    }

    /** {@code GET /edge/{id}/events}: begins behind {@code Last-Event-ID}, else with the oldest that is not acknowledged. */
    public void stream(Exchange exchange) {
        Endpoint endpoint = access.require(exchange);
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        long after = request.headers().first("last-event-id").or(() -> QueryString.first(request.query(), "lastEventId"))
                .map(EdgeStreams::position).orElse(0L);
        if (open.size() >= settings.streams() && !open.containsKey(endpoint.id())) {
            throw new ProblemException(503, "too-many-streams",
                    "The hub has as many streams of endpoints as it may have (waystation.edge.pull-streams).", Map.of("Retry-After", "10"));
        }
        renew(endpoint);
        long begin = Math.min(after, rows.last(endpoint.id())); // one that was never given means nothing
        ResponseStream response = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class);
        EdgeStream stream = new EdgeStream(this, response, endpoint.id(), begin);
        CompletableFuture<Void> opened = new CompletableFuture<>();
        response.loop().execute(() -> {
            try {
                if (response.open(200, HEADERS)) {
                    begin(stream);
                }
                opened.complete(null);
            } catch (RuntimeException gone) {
                left(stream);
                opened.completeExceptionally(gone);
            }
        });
        opened.join();
    }

    private void begin(EdgeStream stream) {
        AtomicReference<EdgeStream> before = new AtomicReference<>();
        open.compute(stream.endpoint(), (id, former) -> {
            before.set(former);
            endpoints.pulling().begins(id); // in one step with the stream: another loop may end one meanwhile
            return stream;
        });
        if (before.get() != null) {
            before.get().cutFromOutside("another stream of the endpoint took its place");
        }
        stream.begin();
    }

    /** A stream has ended. */
    void left(EdgeStream stream) {
        AtomicBoolean last = new AtomicBoolean();
        open.computeIfPresent(stream.endpoint(), (id, current) -> {
            if (current != stream) {
                return current;
            }
            endpoints.pulling().ends(id);
            last.set(true);
            return null;
        });
        if (last.get()) {
            endpoints.find(stream.endpoint()).filter(endpoint -> !endpoint.pulls()).ifPresent(endpoints::tellResumed);
        }
    }

    /** {@code POST /edge/{id}/events} with a {@code position}: the endpoint has everything up to there. */
    public void acknowledge(Exchange exchange) {
        Endpoint endpoint = access.require(exchange);
        long position = position(exchange);
        if (position > rows.last(endpoint.id())) {
            throw new ProblemException(409, "position-not-handed-out", "The endpoint was handed nothing at the position " + position + ".");
        }
        renew(endpoint);
        int made = rows.acknowledge(endpoint.id(), position);
        signal(Set.of(endpoint.id()));
        ObjectNode answer = JSON.createObjectNode().put("position", position).put("acknowledged", made);
        EdgeRegistration.answer(exchange, answer);
    }

    private static long position(Exchange exchange) {
        JsonNode given = EdgeRegistration.body(exchange).path("position");
        return position(given.isValueNode() ? given.asText() : "");
    }

    private static long position(String text) {
        if (!text.strip().matches("\\d{1,18}")) {
            throw new ProblemException(400, "invalid-parameter", "A position is the id of an event of the stream, such as 17.");
        }
        return Long.parseLong(text.strip());
    }

    /** A worker that shows itself keeps its registration. */
    private void renew(Endpoint endpoint) {
        Instant now = clock.instant();
        if (endpoint.lease().filter(end -> end.isBefore(now.plus(settings.lease().dividedBy(2)))).isPresent()) {
            endpoints.renew(endpoint.id(), now.plus(settings.lease())).join();
        }
    }

    /** Something may be owed to these endpoints. Never blocks. */
    void signal(Set<String> owed) {
        if (!open.isEmpty()) {
            owed.forEach(endpoint -> Optional.ofNullable(open.get(endpoint)).ifPresent(EdgeStream::signal));
        }
    }

    boolean isOpen(String endpoint) {
        return open.containsKey(endpoint);
    }

    /** Reads what comes next for a stream; completes on a thread of its own. */
    CompletableFuture<PullReader.Piece> read(String endpoint, long after) {
        looks.increment();
        try {
            return CompletableFuture.supplyAsync(() -> reader.read(endpoint, after), readers);
        } catch (RejectedExecutionException closing) {
            return CompletableFuture.failedFuture(closing);
        }
    }

    /** Looks after the streams; called every second. */
    void tend() {
        long now = System.nanoTime();
        boolean heartbeat = now - heartbeatAt >= settings.heartbeat().toNanos() / 2 * 9 / 10;
        if (heartbeat) {
            heartbeatAt = now;
        }
        for (EdgeStream stream : open.values()) {
            Optional<Endpoint> endpoint = endpoints.find(stream.endpoint());
            if (endpoint.isEmpty()) {
                stream.cutFromOutside("the endpoint was removed");
            } else {
                stream.tend(heartbeat, HEARTBEAT, settings.stallTimeout().toNanos());
                try {
                    renew(endpoint.get());
                } catch (CompletionException notNow) {
                    LOG.warn("The lease of endpoint {} could not be renewed by its stream: {}", stream.endpoint(), notNow.toString());
                }
            }
        }
    }

    /** Tells the streams whose endpoints are owed something, for it may be what nobody has told of; called every second. */
    void sweep() {
        long now = System.nanoTime();
        if (!open.isEmpty() && now - sweptAt >= settings.look().toNanos()) {
            sweptAt = now;
            signal(rows.owed());
        }
    }

    /** Drops every stream without a clean end, so that workers come back. */
    @Override
    public void close() {
        readers.shutdownNow();
        open.values().forEach(stream -> stream.cutFromOutside("the hub is stopping"));
    }
}
