package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.waystation.Patience;
import io.waystation.TlsPair;

/** Responses that stay open. */
class StreamTest {
    private static final int MARK = 64 << 10;
    private static final StreamFrame BIG = StreamFrame.of("x".repeat(16 << 10).getBytes(StandardCharsets.US_ASCII));

    private final CompletableFuture<ResponseStream> opened = new CompletableFuture<>();
    private final AtomicInteger closed = new AtomicInteger();
    @TempDir
    private Path data;
    private ServerFixture server;

    @BeforeEach
    void start() throws Exception {
        server = serve();
    }

    private ServerFixture serve(String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of("waystation.http.event-loop-routes", "stream",
                "waystation.http.stream-buffer", "64KiB", "waystation.http.idle-timeout", "1s"));
        settings.addAll(List.of(more));
        return ServerFixture.start(data, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/stream").routeId("stream").process(exchange -> open(exchange));
            }
        }, settings.toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void open(Exchange exchange) {
        ResponseStream stream = exchange.getProperty(ResponseStream.PROPERTY, ResponseStream.class);
        stream.onClose(closed::incrementAndGet);
        stream.open(200, Map.of("Content-Type", "text/event-stream"));
        stream.write(frame(": hello\n\n"));
        stream.flush();
        opened.complete(stream);
    }

    private static StreamFrame frame(String text) {
        return StreamFrame.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private void onLoop(Consumer<ResponseStream> action) {
        ResponseStream stream = opened.join();
        try {
            CompletableFuture.runAsync(() -> action.accept(stream), stream.loop()).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof AssertionError notYet) {
                throw notYet; // who waits for it asks again
            }
            throw failed;
        }
    }

    /** Over HTTP/2 with TLS, since this client does not begin with HTTP/2 without. */
    private HttpResponse<InputStream> follow(HttpClient.Version version) throws Exception {
        HttpClient.Builder client = HttpClient.newBuilder().version(version);
        String scheme = "http";
        if (version == HttpClient.Version.HTTP_2) {
            server.close();
            TlsPair pair = TlsPair.make(data, "hub");
            Path key = Files.writeString(data.resolve("hub.key"), pair.key());
            server = serve("waystation.http.tls-certificate", pair.writeCertificate(data.resolve("hub.crt")).toString(),
                    "waystation.http.tls-key", key.toString());
            client.sslContext(pair.trusting(pair));
            scheme = "https";
        }
        URI uri = URI.create(scheme + "://127.0.0.1:" + server.port() + "/stream");
        HttpClient ready = client.build();
        // on a busy machine a handshake may take longer than the connection may be idle
        return await().ignoreExceptionsInstanceOf(IOException.class).until(() -> ready.send(
                java.net.http.HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream()), Objects::nonNull);
    }

    private static String read(InputStream in, int length) throws IOException {
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    @Test
    void aRefusedUploadEndsNoOtherStreamOfItsConnection() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            io.vertx.core.http.HttpClient one = vertx.createHttpClient(new HttpClientOptions().setDefaultPort(server.port())
                    .setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false).setHttp2MaxPoolSize(1));
            StringBuffer followed = new StringBuffer();
            one.request(HttpMethod.GET, "/stream").compose(HttpClientRequest::send)
                    .onSuccess(response -> response.handler(chunk -> followed.append(chunk.toString())));
            opened.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
            AtomicReference<Throwable> reset = new AtomicReference<>();
            CompletableFuture<Integer> refused = new CompletableFuture<>();
            one.request(HttpMethod.POST, "/nothing").onSuccess(upload -> {
                upload.exceptionHandler(reset::set);
                upload.response().onSuccess(answer -> refused.complete(answer.statusCode()));
                upload.setChunked(true).write("never comes to its end");
            });

            assertThat(refused.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(404);
            await().untilAsserted(() -> assertThat(reset.get()).isInstanceOf(StreamResetException.class));
            onLoop(stream -> stream.write(frame("data: 1\n\n")));
            await().untilAsserted(() -> assertThat(followed).hasToString(": hello\n\ndata: 1\n\n"));
            assertThat(closed).hasValue(0);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void framesArriveInOrderAndOutliveTheIdleTimeout(HttpClient.Version version) throws Exception {
        HttpResponse<InputStream> response = follow(version);
        assertThat(response.version()).isEqualTo(version);
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(read(response.body(), 9)).isEqualTo(": hello\n\n");
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        onLoop(stream -> {
            stream.write(frame("data: 1\n\n"));
            stream.write(frame("data: 2\n\n"));
            stream.flush();
        });
        assertThat(read(response.body(), 18)).isEqualTo("data: 1\n\ndata: 2\n\n");
        assertThat(closed).hasValue(0);
    }

    @Test
    void chunksOnTheWireAreWellFormed() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
            String head = raw.readUntil(": hello\n\n\r\n");
            assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("transfer-encoding: chunked")
                    .endsWith("\r\n\r\n9\r\n: hello\n\n\r\n");
        }
        await().untilAsserted(() -> assertThat(closed).hasValue(1));
    }

    @Test
    void aStreamEndsWhenItsClientSendsNoMore() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n").readUntil(": hello\n\n");
            raw.socket().shutdownOutput();
            await().untilAsserted(() -> assertThat(closed).hasValue(1));
        }
    }

    @Test
    void oldClientsGetTheBytesWithoutChunks() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /stream HTTP/1.0\r\n\r\n");
            assertThat(raw.readUntil(": hello\n\n")).endsWith("\r\n\r\n: hello\n\n");
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void anAbortIsNoCleanEnd(HttpClient.Version version) throws Exception {
        InputStream body = follow(version).body();
        assertThat(read(body, 9)).isEqualTo(": hello\n\n");
        onLoop(ResponseStream::abort);
        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        assertThat(closed).hasValue(1);
        onLoop(stream -> {
            stream.write(BIG); // dropped
            stream.flush();
            stream.abort();
        });
        assertThat(closed).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aReaderThatStopsIsSeenAndResumes(HttpClient.Version version) throws Exception {
        InputStream body = follow(version).body();
        assertThat(read(body, 9)).isEqualTo(": hello\n\n");
        AtomicInteger written = new AtomicInteger();
        onLoop(stream -> {
            stream.onWritable(() -> fill(stream, written, 2000));
            fill(stream, written, 2000);
        });
        await().untilAsserted(() -> onLoop(stream -> assertThat(stream.isWritable()).isFalse()));
        onLoop(stream -> assertThat(stream.queuedBytes()).isBetween(1L, 2L * MARK + BIG.length()));
        assertThat(written.get()).isLessThan(2000);
        assertThat(body.readNBytes(2000 * BIG.length())).hasSize(2000 * BIG.length());
        assertThat(written).hasValue(2000);
    }

    /** The kernel alone would take 4 MiB for a socket nobody reads. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aReaderThatStopsHoldsLittleInTheKernelToo(HttpClient.Version version) throws Exception {
        try (ServerFixture.Raw raw = server.raw(32 << 10)) {
            raw.send(version == HttpClient.Version.HTTP_2 ? http2Request("/stream") : "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
            AtomicInteger written = new AtomicInteger();
            onLoop(stream -> {
                stream.onWritable(() -> fill(stream, written, 2000));
                fill(stream, written, 2000);
            });
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(Duration.ofMillis(500)).until(() -> before.getAndSet(written.get()) == written.get());
            assertThat((long) written.get() * BIG.length()).isBetween((long) MARK, 768L << 10);
            onLoop(stream -> assertThat(stream.isWritable()).isFalse());
        }
    }

    /** Preface, windows without end, and a request (RFC 9113, RFC 7541 appendix A). */
    private static String http2Request(String path) {
        String headers = "\u0082\u0086\u0004" + (char) path.length() + path + "\u0001\u0001h";
        return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                + "\0\0\u0006\u0004\0\0\0\0\0" + "\0\u0004\u007f\u00ff\u00ff\u00ff" // SETTINGS: window of a stream
                + "\0\0\u0004\u0008\0\0\0\0\0" + "\u007f\u00ff\0\0" // WINDOW_UPDATE of the connection
                + "\0\0" + (char) headers.length() + "\u0001\u0005\0\0\0\u0001" + headers;
    }

    private static void fill(ResponseStream stream, AtomicInteger written, int most) {
        while (stream.isWritable() && written.get() < most) {
            stream.write(BIG);
            stream.flush();
            written.incrementAndGet();
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void stoppingTheHubDropsStreamsWithoutACleanEnd(HttpClient.Version version) throws Exception {
        InputStream body = follow(version).body();
        assertThat(read(body, 9)).isEqualTo(": hello\n\n");
        long start = System.nanoTime();
        server.close();
        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        assertThat(closed).hasValue(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void headOfAStreamEndsAtOnce() throws Exception {
        HttpResponse<Void> head = HttpClient.newHttpClient().send(java.net.http.HttpRequest.newBuilder(
                server.uri("/stream")).method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(closed).hasValue(1);
    }
}
