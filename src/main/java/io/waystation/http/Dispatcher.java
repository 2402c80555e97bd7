package io.waystation.http;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.waystation.event.Headers;

/**
 * Where every request arrives: finds its route, or says why there is none.
 *
 * <p>Runs on the event loops.
 */
final class Dispatcher implements Handler<HttpServerRequest>, OpenStream.Listener {
    private static final long LINGER_MILLIS = 2_000;
    /** Error codes of HTTP/2, RFC 9113, section 7. */
    private static final long NO_ERROR = 0;
    private static final long CANCEL = 8;

    private final HttpSettings settings;
    private final RouteTable routes;
    private final Cors cors;
    private final RefusedRequests refused;
    private final BodyBudget budget;
    private final WorkPool pool;
    private final LoopWatch watch = new LoopWatch();
    private final Map<EventLoop, LoopWatch.Slot> slots = new ConcurrentHashMap<>();
    private final Set<OpenStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inProgress = new AtomicInteger();
    private volatile OtherHandlers others = OtherHandlers.NONE;
    private volatile HeldRequests held;
    private volatile boolean stopping;

    /** Handlers that others have put on the Vert.x router, such as health and metrics. */
    interface OtherHandlers {
        /** None at all. */
        OtherHandlers NONE = (request, segments) -> false;

        /** Takes the request if it is theirs. */
        boolean handles(HttpServerRequest request, List<String> segments);
    }

    Dispatcher(HttpSettings settings, RouteTable routes, RefusedRequests refused) {
        this.settings = settings;
        this.routes = routes;
        this.cors = new Cors(settings.corsOrigins());
        this.refused = refused;
        this.budget = new BodyBudget(settings.bufferedBodies(), GrowingBody.mostFor(settings.maxBody()));
        this.pool = new WorkPool(settings.poolSize(), settings.poolQueue());
    }

    void setOthers(OtherHandlers handlers) {
        others = handlers;
    }

    /** Lets requests wait that have no route yet, or one of the paths. */
    void hold(List<PathPattern> coming) {
        held = new HeldRequests(segments -> routes.find(segments) == null || coming.stream().anyMatch(path -> path.fits(segments)),
                settings.poolSize() + settings.poolQueue()); // the pool would take no more of them either
    }

    /** Ends what {@link #hold} began. */
    void release() {
        HeldRequests waiting = held;
        held = null;
        if (waiting != null) {
            waiting.release();
        }
    }

    @Override
    public void handle(HttpServerRequest request) {
        Connection connection = Connection.of(request);
        connection.requestBegins();
        request.response().endHandler(ended -> connection.requestEnds());
        String path = request.path();
        List<String> segments = path == null || !path.startsWith("/") ? null : PathPattern.split(path);
        if (stopping) {
            connection.finish();
            putOff(request, connection, Problem.retryLater("stopping", "The hub is stopping."));
        } else if (cors.handles(request)) {
            return;
        } else if (segments == null) {
            refuse(request, connection,
                    Problem.of(400, "malformed-request", "The request's path cannot be understood."));
        } else {
            HeldRequests waiting = held;
            if (waiting == null || !waiting.hold(request, segments, () -> handOver(request, connection, segments),
                    () -> putOff(request, connection, Problem.retryLater("starting",
                            "The hub is starting, and as many requests wait for it as may. Nothing was kept; send it again.")))) {
                handOver(request, connection, segments);
            }
        }
    }

    private void handOver(HttpServerRequest request, Connection connection, List<String> segments) {
        if (stopping) {
            putOff(request, connection, Problem.retryLater("stopping", "The hub is stopping."));
        } else if (!others.handles(request, segments)) {
            route(request, connection, segments);
        }
    }

    /** Hands the request to the route whose path fits best. */
    void route(HttpServerRequest request, Connection connection, List<String> segments) {
        RouteTable.Found found = routes.find(segments);
        if (found == null) {
            refuse(request, connection, Problem.of(404, "not-found", "There is nothing at this path."));
            return;
        }
        List<HubHttpConsumer> taking = found.taking(request.method().name());
        if (taking.isEmpty()) {
            allow(request, connection, found.allow());
            return;
        }
        HubHttpConsumer consumer = null;
        boolean consumes = false;
        for (HubHttpConsumer candidate : taking) {
            if (candidate.consumes(request)) {
                consumes = true;
                consumer = consumer == null && candidate.produces(request) ? candidate : consumer;
            }
        }
        if (consumer == null) {
            refuse(request, connection, consumes
                    ? Problem.of(406, "not-acceptable", "This path answers with none of the types asked for.")
                    : Problem.of(415, "unsupported-media-type", "This path does not take this content type."));
        } else if (consumer.isGone() || consumer.isSuspended()) {
            putOff(request, connection, Problem.retryLater(
                    "route-stopped", "The route of this path is stopped or being reloaded. Nothing was kept."));
        } else {
            new Call(this, request, connection, consumer, found.values()).begin();
        }
    }

    private void allow(HttpServerRequest request, Connection connection, String methods) {
        if (request.method().equals(HttpMethod.OPTIONS)) {
            request.response().setStatusCode(204).putHeader("Allow", methods).end();
        } else {
            refuse(request, connection, new Problem(405, "method-not-allowed",
                    "This path takes " + methods + " only.", null, Map.of("Allow", methods)));
        }
    }

    /** Answers a request whose head could not be decoded; the connection closes after it. */
    void malformed(HttpServerRequest request) {
        Connection connection = Connection.of(request);
        connection.requestBegins();
        request.response().endHandler(ended -> connection.requestEnds());
        Throwable cause = request.decoderResult().cause();
        Problem problem;
        if (cause instanceof TooLongHttpLineException) {
            problem = Problem.of(414, "uri-too-long",
                    "The request line is longer than " + settings.maxRequestLine() + " bytes.");
        } else if (cause instanceof TooLongFrameException) {
            problem = Problem.of(431, "headers-too-large",
                    "The request's headers are larger than " + settings.maxHeaders() + " bytes.");
        } else if (cause instanceof StrictRequests.RefusedException refusal) {
            problem = Problem.of(400, refusal.code(), refusal.getMessage());
        } else {
            problem = Problem.of(400, "malformed-request", "The request is not HTTP as RFC 9112 has it.");
        }
        note(request, connection, problem);
        problem.writeTo(request.response(), request.method());
    }

    /** Refuses a request, lists it, and ends its connection if a body is still coming. On the event loop. */
    void refuse(HttpServerRequest request, Connection connection, Problem problem) {
        note(request, connection, problem);
        boolean unread = !hasNoBody(request) && !request.isEnded();
        if (unread || connection.isFinishing()) {
            announceClose(request);
        }
        problem.writeTo(request.response(), request.method());
        if (unread) {
            linger(request, connection);
        }
    }

    /** Tells the client that the connection ends with this answer. */
    static void announceClose(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 && !request.response().headWritten()) {
            request.response().putHeader("Connection", "close");
        }
    }

    /** Asks to come again. A stream's client is dropped instead: EventSource and smee-client take any answer but 200 for the end. */
    private void putOff(HttpServerRequest request, Connection connection, Problem problem) {
        String accept = request.getHeader("accept");
        if (!request.method().equals(HttpMethod.GET) || accept == null || !accept.contains("text/event-stream")) {
            refuse(request, connection, problem);
            return;
        }
        note(request, connection, problem);
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(CANCEL);
        } else {
            connection.close();
        }
    }

    /**
     * Reads on for a moment: closing at once would reset the connection before the answer is read. Of an HTTP/2 connection only
     * this stream ends (RFC 9113, section 8.1): others share it.
     */
    private void linger(HttpServerRequest request, Connection connection) {
        boolean shared = request.version() == HttpVersion.HTTP_2;
        request.exceptionHandler(left -> { });
        request.handler(ignored -> { });
        request.endHandler(end -> {
            if (!shared) {
                connection.finish();
            }
        });
        request.resume();
        connection.channel().eventLoop().schedule(() -> {
            if (!request.isEnded()) {
                if (shared) {
                    request.response().reset(NO_ERROR);
                } else {
                    connection.close();
                }
            }
        }, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void note(HttpServerRequest request, Connection connection, Problem problem) {
        String method = request.method() == null ? "-" : request.method().name();
        refused.add(new RefusedRequest(Instant.now(), address(request, connection).address(), method,
                request.path(), problem.status(), problem.code(), problem.detail()));
    }

    static boolean hasNoBody(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            return request.isEnded();
        }
        MultiMap headers = request.headers();
        String length = headers.get("content-length");
        return (length == null || length.equals("0")) && !headers.contains("transfer-encoding");
    }

    private ClientAddress address(HttpServerRequest request, Connection connection) {
        return ClientAddress.of(connection.remoteAddress(), request.isSSL() ? "https" : "http",
                request.getHeader("host"), request.headers(), settings.trustedProxies());
    }

    /** The request as routes see it. */
    HttpRequest describe(HttpServerRequest request, Connection connection) {
        ClientAddress client = address(request, connection);
        MultiMap headers = request.headers();
        List<Headers.Header> entries = new ArrayList<>(16);
        for (Map.Entry<String, String> header : headers) {
            entries.add(new Headers.Header(header.getKey(), header.getValue()));
        }
        String authority = client.authority() == null && request.authority() != null
                ? request.authority().toString() : client.authority();
        return new HttpRequest(request.method().name(), request.path(), request.query(), Headers.of(entries),
                client.address(), client.scheme(), authority);
    }

    OpenStream stream(HttpServerRequest request, Connection connection) {
        return request.version() == HttpVersion.HTTP_2
                ? new Http2Stream(request, connection.channel(), settings.streamBuffer(), this)
                : new Http1Stream(request, connection.channel(), settings.streamBuffer(), this);
    }

    @Override
    public void opened(OpenStream stream) {
        streams.add(stream);
        stream.loop().execute(Connection.of(stream.channel)::streamBegins);
        if (stopping) {
            stream.loop().execute(stream::abort);
        }
    }

    @Override
    public void closed(OpenStream stream) {
        streams.remove(stream);
    }

    LoopWatch.Slot watch(EventLoop loop) {
        LoopWatch.Slot slot = slots.get(loop);
        return slot != null ? slot : slots.computeIfAbsent(loop, first -> watch.slot());
    }

    HttpSettings settings() {
        return settings;
    }

    BodyBudget budget() {
        return budget;
    }

    WorkPool pool() {
        return pool;
    }

    LoopWatch watch() {
        return watch;
    }

    int streams() {
        return streams.size();
    }

    void begins() {
        inProgress.incrementAndGet();
    }

    void ends(long reserved) {
        if (reserved > 0) {
            budget.giveBack(reserved);
        }
        inProgress.decrementAndGet();
    }

    int inProgress() {
        return inProgress.get();
    }

    /** Takes no further requests and drops every stream without a clean end, so that clients come back. */
    void stop() {
        stopping = true;
        release();
        for (OpenStream stream : streams) {
            stream.loop().execute(stream::abort);
        }
    }

    void close() {
        pool.close();
        watch.close();
    }
}
