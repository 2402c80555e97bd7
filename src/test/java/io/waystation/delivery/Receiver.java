package io.waystation.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import javax.net.ssl.SSLContext;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

/** An endpoint that keeps what it got and answers as it is told. */
public final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Function<Received, Reply> reply = got -> Reply.of(200);

    /** A receiver on a free port. */
    public Receiver() throws IOException {
        this(null);
    }

    /** The same over TLS, where there is a context for it. */
    public Receiver(SSLContext tls) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(anyPort, 1_000);
        } else {
            HttpsServer secure = HttpsServer.create(anyPort, 1_000);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** One request as it came, names of headers in lower case. */
    public record Received(String method, String path, Map<String, String> headers, byte[] body, long nanos) {
        /** Value of a header, or null. */
        public String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }

        /** The body as text. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Lets the library of Standard Webhooks check the signature with a secret. */
        void verify(String secret) throws WebhookVerificationException {
            Map<String, List<String>> values = new HashMap<>();
            headers.forEach((name, value) -> values.put(name, List.of(value)));
            new Webhook(secret).verify(text(), values);
        }
    }

    /** What is answered; a status of 0 closes the connection without an answer. */
    public record Reply(int status, Map<String, String> headers, String body, long delayMillis) {
        /** An answer with a status. */
        public static Reply of(int status) {
            return new Reply(status, Map.of(), "answer " + status, 0);
        }

        /** The same with a header. */
        public Reply with(String name, String value) {
            return new Reply(status, Map.of(name, value), body, delayMillis);
        }

        /** The same later. */
        public Reply after(long millis) {
            return new Reply(status, headers, body, millis);
        }
    }

    /** Answers so from now on. */
    public Receiver replies(Function<Received, Reply> next) {
        reply = next;
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        Received got = new Received(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers,
                exchange.getRequestBody().readAllBytes(), System.nanoTime());
        received.add(got);
        Reply answer = reply.apply(got);
        pause(answer.delayMillis());
        if (answer.status() == 0) {
            exchange.close();
            return;
        }
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), answer.status() == 204 ? -1 : body.length);
        try (var out = exchange.getResponseBody()) {
            if (answer.status() != 204) {
                out.write(body);
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static void pause(long millis) {
        if (millis > 0) {
            try {
                new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Address of a path. */
    public String url(String path) {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Everything it got, oldest first. */
    public List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
