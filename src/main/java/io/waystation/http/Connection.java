package io.waystation.http;

import java.util.ArrayList;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * What the server knows of one connection: whether it waits for a request, receives one or works on it,
 * since when, and which bodies are still arriving.
 *
 * <p>First in the pipeline, below TLS, so that a sender that dribbles a handshake is seen as well. Used on
 * the connection's event loop only; {@link Connections} looks at it from time to time, which is cheaper
 * than a timer per request.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf(Connection.class, "connection");

    private final Connections connections;
    private final Channel channel;
    private final List<BodyReader> bodies = new ArrayList<>(1);
    private String remoteAddress;
    private HttpConnection http;
    private boolean http2;
    private boolean receivingHead;
    private boolean closeWhenDone;
    private boolean peerSendsNoMore;
    private boolean streaming;
    private int requests;
    private long since = System.nanoTime();
    private long pending;

    Connection(Connections connections, Channel channel) {
        this.connections = connections;
        this.channel = channel;
        channel.attr(KEY).set(this);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    /** Connection a request came in on. */
    static Connection of(HttpServerRequest request) {
        return of(request.connection());
    }

    static Connection of(HttpConnection http) {
        return of(((ConnectionBase) http).channel());
    }

    /** Connection of a channel of this server. */
    static Connection of(Channel channel) {
        return channel.attr(KEY).get();
    }

    Channel channel() {
        return channel;
    }

    /** IP address of the peer. */
    String remoteAddress() {
        if (remoteAddress == null) {
            remoteAddress = http == null || http.remoteAddress() == null ? "-" : http.remoteAddress().hostAddress();
        }
        return remoteAddress;
    }

    void established(HttpConnection connection, boolean isHttp2) {
        http = connection;
        http2 = isHttp2;
        receivingHead &= !isHttp2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connections.add(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connections.remove(this);
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (requests == 0 && !receivingHead && !http2) {
            receivingHead = true;
            since = System.nanoTime();
        }
        context.fireChannelRead(message);
    }

    /** A peer that sends no more may still wait for its answer, but one that is gone looks the same until something is written to it. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            peerSendsNoMore = true;
            if (http2 || streaming || !bodies.isEmpty()) {
                leave();
            } else if (requests == 0) {
                close();
            }
        }
    }

    /** The answer to a request is a stream, which ends when the peer sends no more. */
    void streamBegins() {
        streaming = true;
        if (peerSendsNoMore) {
            leave();
        }
    }

    /** A request's headers are complete. */
    void requestBegins() {
        requests++;
        receivingHead = false;
    }

    /** A request has its whole answer, or never will. */
    void requestEnds() {
        if (--requests == 0) {
            since = System.nanoTime();
            if (closeWhenDone) {
                close();
            } else if (peerSendsNoMore) {
                channel.eventLoop().execute(this::closeUnlessBusy); // the next request begins when this one has ended
            }
        }
    }

    private void closeUnlessBusy() {
        if (requests == 0) {
            close();
        }
    }

    void bodyBegins(BodyReader body) {
        bodies.add(body);
    }

    void bodyEnds(BodyReader body) {
        bodies.remove(body);
    }

    /** Refuses every request whose body is still arriving, if there is one. */
    boolean refuseBodies(Problem problem) {
        List<BodyReader> arriving = List.copyOf(bodies);
        arriving.forEach(body -> body.fail(problem));
        return !arriving.isEmpty();
    }

    /** Takes no further request: closes now when none is in progress, else after the last. */
    void finish() {
        closeWhenDone = true;
        closeUnlessBusy();
    }

    boolean isFinishing() {
        return closeWhenDone;
    }

    /** Ends what takes too long. */
    void check(long now, HttpSettings limits) {
        for (BodyReader body : List.copyOf(bodies)) {
            body.check(now, limits);
        }
        if (requests > 0) {
            return;
        }
        if (receivingHead && now - since > limits.headerTimeout().toNanos()) {
            connections.refused(this, "request-timeout", "The request's headers took too long to arrive.");
            abort();
        } else if (now - since > limits.idleTimeout().toNanos() && !answerProgresses(now)) {
            close();
        }
    }

    private boolean answerProgresses(long now) {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        long left = out == null ? 0 : out.totalPendingWriteBytes();
        boolean progress = left > 0 && left != pending;
        pending = left;
        since = progress ? now : since;
        return progress;
    }

    /** Closes after what is written has been sent. */
    void close() {
        if (http == null) {
            channel.close();
        } else {
            http.close();
        }
    }

    /** Closes at once, with a reset. */
    private void abort() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        leave();
    }

    /** Closes at once, without a farewell at any layer. */
    private void leave() {
        channel.unsafe().close(channel.voidPromise());
    }
}
