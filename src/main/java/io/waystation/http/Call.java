package io.waystation.http;

import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.waystation.event.EventHeaders;
import io.waystation.event.RouteError;
import io.waystation.store.StoreException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through a route: body in, exchange, answer out.
 *
 * <p>Begins on the connection's event loop; the route runs there or on the pool; the answer is written on the
 * event loop whatever thread the route ends on.
 */
final class Call implements BodyReader.Receiver, AsyncCallback {
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);
    private static final byte[] NOTHING = {};

    private final Dispatcher server;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Connection connection;
    private final EventLoop loop;
    private final HubHttpConsumer consumer;
    private final List<String> parameters;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private HttpRequest received;
    private ReceivedHeaders headers;
    private OpenStream stream;
    private Exchange exchange;
    private byte[] body;
    private long reserved;

    Call(Dispatcher server, HttpServerRequest request, Connection connection, HubHttpConsumer consumer,
            List<String> parameters) {
        this.server = server;
        this.request = request;
        this.response = request.response();
        this.connection = connection;
        this.loop = connection.channel().eventLoop();
        this.consumer = consumer;
        this.parameters = parameters;
    }

    /** Takes the request; called on the event loop. */
    void begin() {
        server.begins();
        if (Dispatcher.hasNoBody(request)) {
            received(NOTHING, 0);
        } else {
            BodyReader.read(request, connection, server.budget(), consumer.maxBody(), this);
        }
    }

    @Override
    public void received(byte[] bytes, long reservedBytes) {
        body = bytes;
        reserved = reservedBytes;
        received = server.describe(request, connection);
        headers = new ReceivedHeaders(received, parameters);
        if (consumer.runsOnEventLoop() && bytes.length <= server.settings().eventLoopBody()) {
            LoopWatch.Slot slot = server.watch(loop);
            prepare();
            slot.begins(exchange);
            process();
            slot.ends(consumer.getRouteId());
        } else {
            runOnPool(() -> {
                prepare();
                process();
            });
        }
    }

    @Override
    public void failed(Problem problem) {
        server.ends(0);
        if (problem != null) {
            server.refuse(request, connection, problem);
        }
    }

    private void runOnPool(Runnable task) {
        try {
            server.pool().execute(task);
        } catch (RejectedExecutionException full) {
            server.ends(reserved);
            server.refuse(request, connection, Problem.retryLater("overloaded",
                    "The hub has more requests than it can work on. Nothing was kept; send it again."));
        }
    }

    private void prepare() {
        exchange = consumer.createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        Message message = exchange.getIn();
        message.setBody(body);
        if (consumer.runsOnEventLoop()) {
            headers.putBasics(message.getHeaders());
        } else {
            headers.putAll(message.getHeaders());
        }
        List<String> names = consumer.pattern().parameters();
        for (int i = 0; i < names.size(); i++) {
            message.setHeader(names.get(i), parameters.get(i));
        }
        stream = server.stream(request, connection);
        exchange.setProperty(HttpRequest.PROPERTY, received);
        exchange.setProperty(ResponseStream.PROPERTY, stream);
        exchange.setProperty(EventHeaders.RESUME_EXECUTOR_PROPERTY, loop);
    }

    private void process() {
        try {
            consumer.createUoW(exchange);
            consumer.getAsyncProcessor().process(exchange, this);
        } catch (Throwable e) { // also an error, such as a stack overflow, is the failure of this request
            LOG.error("Route {} broke off", consumer.getRouteId(), e);
            if (open.get()) {
                RouteError.settle(exchange, e);
            }
            done(true);
        }
    }

    /** The route has ended, on any thread. */
    @Override
    public void done(boolean doneSync) {
        if (open.getAndSet(false)) {
            ended();
        }
    }

    private void ended() {
        if (loop.inEventLoop() && !stream.isOpened() && exchange.getException() == null
                && Answer.mayBlock(exchange)) {
            try {
                server.pool().execute(this::finish);
                return;
            } catch (RejectedExecutionException full) {
                exchange.setException(new ProblemException(503, "overloaded",
                        "The hub has more requests than it can work on.", Map.of("Retry-After", "2")));
            }
        }
        finish();
    }

    private void finish() {
        Runnable write = writing();
        if (loop.inEventLoop()) {
            write.run();
        } else {
            loop.execute(write);
        }
        Exchange ended = exchange;
        consumer.doneUoW(ended);
        consumer.releaseExchange(ended, false);
        server.ends(reserved);
    }

    /** What is left to do on the event loop; holds nothing of the exchange, which may be in use again by then. */
    private Runnable writing() {
        Throwable failure = exchange.getException();
        if (failure == null && !stream.isOpened()) {
            try {
                Answer answer = Answer.of(exchange, headers);
                return () -> write(answer);
            } catch (Exception | Error e) {
                LOG.error("The body of route {} cannot be sent", consumer.getRouteId(), e);
                failure = e;
            }
        }
        OpenStream opened = stream;
        if (failure == null) {
            return () -> { };
        }
        Problem problem = problem(failure);
        return opened.isOpened() ? opened::abort : () -> server.refuse(request, connection, problem);
    }

    private void write(Answer answer) {
        if (response.ended() || response.closed()) {
            return; // the peer has left
        }
        if (connection.isFinishing()) {
            Dispatcher.announceClose(request);
        }
        try {
            answer.writeTo(response, request.method());
        } catch (RuntimeException e) { // such as a line break in a header value
            LOG.error("The headers of route {} cannot be sent", consumer.getRouteId(), e);
            response.headers().clear();
            server.refuse(request, connection, problem(e));
        }
    }

    /** What the caller hears; the stack trace is in the log already, from the error handler. */
    private Problem problem(Throwable failure) {
        ProblemException refusal = ObjectHelper.getException(ProblemException.class, failure);
        if (refusal != null) {
            return Problem.of(refusal);
        }
        StoreException store = ObjectHelper.getException(StoreException.class, failure);
        if (store != null && store.code() != StoreException.Code.FAILED) {
            LOG.warn("Route {} asks the caller of {} {} to come back: {}", consumer.getRouteId(), received.method(),
                    received.path(), store.getMessage());
            return Problem.retryLater("store-unavailable",
                    "The store is busy, full or closing. Nothing of this request was kept; send it again.");
        }
        String instance = Long.toHexString(ThreadLocalRandom.current().nextLong());
        LOG.error("Route {} failed on {} {} (instance {}): {}", consumer.getRouteId(), received.method(),
                received.path(), instance, failure.toString());
        return new Problem(500, "internal-error",
                "The hub could not do this. The log has the reason under this instance.", instance,
                Map.of());
    }
}
