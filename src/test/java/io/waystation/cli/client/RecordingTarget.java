package io.waystation.cli.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;

import com.sun.net.httpserver.HttpServer;

/** A target that remembers what was sent to it; stopped and started again it keeps its port. */
final class RecordingTarget implements AutoCloseable {
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final ToIntFunction<Received> answers;
    private HttpServer server;
    private int port;

    /** A target that answers with the status the function gives. */
    RecordingTarget(ToIntFunction<Received> answers) throws IOException {
        this.answers = answers;
        start();
    }

    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        port = server.getAddress().getPort();
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> {
            try (exchange) {
                Received request = new Received(exchange.getRequestMethod(), exchange.getRequestURI(),
                        exchange.getRequestHeaders(), exchange.getRequestBody().readAllBytes());
                int status = answers.applyAsInt(request);
                received.add(request);
                exchange.sendResponseHeaders(status, -1);
            }
        });
        server.start();
    }

    void stop() {
        server.stop(0);
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    List<Received> received() {
        return received;
    }

    List<String> bodies() {
        return received.stream().map(Received::text).toList();
    }

    @Override
    public void close() {
        stop();
    }

    record Received(String method, URI uri, Map<String, List<String>> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : values.get(0);
        }
    }
}
