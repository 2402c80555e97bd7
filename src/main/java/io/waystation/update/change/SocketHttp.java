package io.waystation.update.change;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Small HTTP requests to a program on this machine, over a Unix domain socket or TCP; the JDK's own client has no Unix
 * domain sockets. One connection for each request, answers up to 1 MiB. Thread-safe.
 */
final class SocketHttp {
    private static final int MOST_ANSWER = 1 << 20;

    private final SocketAddress address;
    private final Map<String, String> headers;
    private final Duration timeout;

    /** @param timeout longest time one request may take, its answer included */
    SocketHttp(SocketAddress address, Map<String, String> headers, Duration timeout) {
        this.address = address;
        this.headers = Map.copyOf(headers);
        this.timeout = timeout;
    }

    /** An answer of any status. */
    record Answer(int status, String body) { }

    /** Sends a request without a body; {@code path} is encoded already. */
    Answer send(String method, String path) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        EmbeddedChannel http = new EmbeddedChannel(new HttpClientCodec(), new HttpObjectAggregator(MOST_ANSWER));
        try (SocketChannel socket = SocketChannel.open(address); Selector selector = Selector.open()) {
            socket.configureBlocking(false);
            socket.register(selector, SelectionKey.OP_WRITE);
            http.writeOutbound(request(method, path));
            for (ByteBuf bytes = http.readOutbound(); bytes != null; bytes = http.readOutbound()) {
                write(socket, selector, bytes, deadline);
            }
            return read(socket, selector, http, deadline);
        } finally {
            http.finishAndReleaseAll();
        }
    }

    private FullHttpRequest request(String method, String path) {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), path);
        request.headers().set("Host", address instanceof InetSocketAddress tcp ? tcp.getHostString() + ":" + tcp.getPort() : "localhost")
                .set("Accept", "application/json").set("Connection", "close").set("Content-Length", 0);
        headers.forEach(request.headers()::set);
        return request;
    }

    private void write(SocketChannel socket, Selector selector, ByteBuf bytes, long deadline) throws IOException {
        try {
            ByteBuffer rest = bytes.nioBuffer();
            while (rest.hasRemaining()) {
                await(socket, selector, SelectionKey.OP_WRITE, deadline);
                socket.write(rest);
            }
        } finally {
            bytes.release();
        }
    }

    private Answer read(SocketChannel socket, Selector selector, EmbeddedChannel http, long deadline) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(8192);
        while (true) {
            await(socket, selector, SelectionKey.OP_READ, deadline);
            int count = socket.read(piece.clear());
            if (count > 0) {
                http.writeInbound(Unpooled.copiedBuffer(piece.flip()));
            } else if (count < 0) {
                http.finish(); // an answer without a length ends with the connection
            }
            if (http.readInbound() instanceof FullHttpResponse answer) {
                try {
                    if (answer.decoderResult().isFailure()) {
                        throw new IOException("the answer is no HTTP", answer.decoderResult().cause());
                    }
                    return new Answer(answer.status().code(), answer.content().toString(StandardCharsets.UTF_8));
                } finally {
                    answer.release();
                }
            }
            if (count < 0) {
                throw new IOException("the connection was closed without an answer");
            }
        }
    }

    private void await(SocketChannel socket, Selector selector, int operation, long deadline) throws IOException {
        socket.keyFor(selector).interestOps(operation);
        long left = (deadline - System.nanoTime()) / 1_000_000;
        selector.selectedKeys().clear();
        if (left <= 0 || selector.select(left) == 0) {
            throw new SocketTimeoutException("no answer within " + timeout);
        }
    }

    /** Where it sends to, for messages. */
    String where() {
        return address instanceof UnixDomainSocketAddress socket ? socket.getPath().toString() : address.toString();
    }
}
