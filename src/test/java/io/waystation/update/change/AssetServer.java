package io.waystation.update.change;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** Serves one file with ranges, and goes wrong as it is told, one request after the other. */
final class AssetServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile byte[] content;

    /** What goes wrong with a request. */
    interface Fault {
        /** Answers instead. */
        void answer(AssetServer server, HttpExchange exchange) throws IOException;
    }

    AssetServer(byte[] content) throws IOException {
        this.content = content;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    void serve(byte[] other) {
        content = other;
    }

    synchronized void next(Fault... fault) {
        faults.addAll(Arrays.asList(fault));
    }

    /** Path, range and authorization of each request. */
    List<String> requests() {
        return requests;
    }

    static Fault status(int status, String... header) {
        return (server, exchange) -> {
            for (int i = 0; i < header.length; i += 2) {
                exchange.getResponseHeaders().set(header[i], header[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Announces everything, sends this many bytes and closes, or stays silent when it hangs. */
    static Fault cut(int after, boolean hang) {
        return (server, exchange) -> {
            int from = from(exchange).orElse(0);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, server.content.length - from);
            exchange.getResponseBody().write(server.content, from, after);
            exchange.getResponseBody().flush();
            if (hang) {
                try {
                    Thread.currentThread().join(); // until the server is closed
                } catch (InterruptedException closed) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private static Optional<Integer> from(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .map(range -> Integer.parseInt(range.substring("bytes=".length(), range.length() - 1)));
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestURI().getPath() + " " + exchange.getRequestHeaders().getFirst("Range") + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        Fault fault;
        synchronized (this) {
            fault = faults.poll();
        }
        try {
            if (fault != null) {
                fault.answer(this, exchange);
                return;
            }
            int from = from(exchange).orElse(0);
            if (from > 0) {
                exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, content.length - from);
        } finally {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
