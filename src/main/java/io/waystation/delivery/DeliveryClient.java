package io.waystation.delivery;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/**
 * Posts to endpoints over HTTP/1.1, thousands at once on one event loop, and holds no thread for any of them.
 *
 * <p>Every connection goes to an address that {@link AddressGuard} was asked about, never to a name. Redirects are not
 * followed. Connections are kept for a few seconds. The loop starts with the first call. Thread-safe.
 */
final class DeliveryClient implements AutoCloseable {
    private final DeliverySettings settings;
    private final AddressGuard guard;
    private final Supplier<NameResolver> names;
    private final Map<String, HttpClient> withCertificate = new HashMap<>();
    private Loop loop;
    private boolean closed;

    /**
     * A client.
     *
     * @param names made with the first call
     */
    DeliveryClient(DeliverySettings settings, AddressGuard guard, Supplier<NameResolver> names) {
        this.settings = settings;
        this.guard = guard;
        this.names = names;
    }

    /**
     * Posts a body.
     *
     * @param method HTTP method, such as {@code POST}
     * @param within time for everything, from the name to the end of the answer
     * @return completes on the event loop and never fails: what went wrong is in the answer
     */
    CompletableFuture<Answer> send(String method, EndpointAddress address, Map<String, String> headers, byte[] body, Duration within) {
        return send(new DeliveryCall.Request(method, address, headers, body), Optional.empty(), within, () -> { });
    }

    /** The same to an endpoint, showing its certificate if it has one. */
    CompletableFuture<Answer> send(String method, Endpoint endpoint, Map<String, String> headers, byte[] body, Duration within) {
        return send(new DeliveryCall.Request(method, endpoint.address(), headers, body), endpoint.certificate(), within, () -> { });
    }

    /**
     * Posts to an endpoint, showing its certificate if it has one.
     *
     * @param connected runs on the event loop each time there is a connection for the call, which may come to nothing
     */
    CompletableFuture<Answer> post(Endpoint endpoint, Map<String, String> headers, byte[] body, Duration within, Runnable connected) {
        return send(new DeliveryCall.Request("POST", endpoint.address(), headers, body), endpoint.certificate(), within, connected);
    }

    private CompletableFuture<Answer> send(DeliveryCall.Request request, Optional<ClientCertificate> certificate, Duration within,
            Runnable connected) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        try {
            Loop running = certificate.isPresent() ? loop(certificate.get()) : loop();
            DeliveryCall call = new DeliveryCall(running, guard, request, answer, settings.wire().longestAnswer(), connected);
            running.context().runOnContext(start -> call.begin(within));
        } catch (RuntimeException e) {
            answer.complete(Answer.failed(ErrorClass.NETWORK_ERROR, e.toString()));
        }
        return answer;
    }

    private synchronized Loop loop() {
        if (closed) {
            throw new IllegalStateException("the hub is stopping");
        }
        if (loop == null) {
            Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
            loop = new Loop(vertx, vertx.getOrCreateContext(), vertx.createHttpClient(options(), new PoolOptions()
                    .setHttp1MaxSize(settings.concurrency()).setMaxWaitQueueSize(-1)), names.get(),
                    Collections.newSetFromMap(new WeakHashMap<>()));
        }
        return loop;
    }

    /** Calls that show a certificate share no connection with others. */
    private synchronized Loop loop(ClientCertificate certificate) {
        Loop plain = loop();
        HttpClient http = withCertificate.computeIfAbsent(certificate.fingerprint(), fingerprint -> plain.vertx().createHttpClient(
                options().setKeyCertOptions(new PemKeyCertOptions().addCertValue(Buffer.buffer(certificate.certificates()))
                        .addKeyValue(Buffer.buffer(certificate.key()))),
                new PoolOptions().setHttp1MaxSize(settings.concurrency()).setMaxWaitQueueSize(-1)));
        return new Loop(plain.vertx(), plain.context(), http, plain.names(), plain.used());
    }

    /** Closes the connections of certificates that none of these endpoints has any more. */
    synchronized void closeUnused(List<Endpoint> endpoints) {
        if (withCertificate.isEmpty()) {
            return;
        }
        Set<String> used = endpoints.stream().flatMap(endpoint -> endpoint.certificate().stream()).map(ClientCertificate::fingerprint)
                .collect(Collectors.toSet());
        withCertificate.entrySet().removeIf(each -> {
            boolean unused = !used.contains(each.getKey());
            if (unused) {
                each.getValue().close();
            }
            return unused;
        });
    }

    private HttpClientOptions options() {
        HttpClientOptions options = new HttpClientOptions().setKeepAliveTimeout((int) settings.wire().keepAlive().toSeconds()).setDecompressionSupported(false)
                .setConnectTimeout((int) settings.connectTimeout().toMillis()).setMaxRedirects(0).setVerifyHost(true);
        Optional<String> certificates = settings.trustedCertificates();
        certificates.ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file)));
        return options;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (loop != null) {
            loop.names().close();
            try {
                loop.vertx().close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                throw new IllegalStateException("the delivery client could not be closed: " + e.getMessage(), e);
            }
        }
    }

    /**
     * What all calls share; used on the event loop only.
     *
     * @param used connections that have carried an answer before
     */
    record Loop(Vertx vertx, Context context, HttpClient http, NameResolver names, Set<HttpConnection> used) {
    }
}
