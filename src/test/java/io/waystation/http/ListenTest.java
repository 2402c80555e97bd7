package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.LifecycleStrategySupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.waystation.Patience;
import io.waystation.TlsPair;

/** Opening and closing the port, TLS, HTTP/2 and options. */
class ListenTest {
    @TempDir
    Path data;

    private static RouteBuilder routes() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/{name}").routeId("any").process(exchange -> exchange.getMessage().setBody(
                        exchange.getMessage().getBody(byte[].class).length + " " + Thread.currentThread().getName()));
            }
        };
    }

    @Test
    void aBusyPortStopsTheStartWithOneClearLine() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> ServerFixture.start(data, routes(),
                    "waystation.port", Integer.toString(busy.getLocalPort())))
                    .hasStackTraceContaining("port " + busy.getLocalPort() + " of 127.0.0.1 is in use");
        }
    }

    @Test
    void optionsTheServerDoesNotHaveStopTheStart() {
        String[][] options = {{"camel.server.staticEnabled", "true"}, {"camel.server.maxBodySize", "10"},
            {"camel.server.path", "/x"}, {"camel.management.port", "9999"},
            {"camel.server.useGlobalSslContextParameters", "true"}, {"waystation.http.trusted-proxies", "nonsense"},
            {"waystation.http.tls-key", "some.pem"}, {"waystation.http.max-body", "lots"}};
        for (String[] option : options) {
            assertThatThrownBy(() -> ServerFixture.start(data, routes(), option))
                    .as(option[0]).hasStackTraceContaining(option[0].replace("tls-key", "tls-certificate"));
        }
    }

    @Test
    void connectionsAreSpreadOverTheEventLoops() throws Exception {
        try (ServerFixture server = ServerFixture.start(data, routes(), "waystation.http.event-loops", "3",
                "waystation.http.event-loop-routes", "any")) {
            Set<String> loops = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 12; i++) {
                try (ServerFixture.Raw raw = server.raw()) {
                    raw.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
                    String answer = raw.readAll();
                    loops.add(answer.substring(answer.lastIndexOf(' ')));
                }
            }
            assertThat(loops).hasSize(3);
        }
    }

    @Test
    void requestsInProgressEndBeforeTheHubDoesAndNewOnesAreNotAccepted() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ServerFixture server = ServerFixture.start(data, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/slow").routeId("slow").process(exchange -> {
                    entered.countDown();
                    release.await(120, TimeUnit.SECONDS);
                }).setBody(constant("done"));
            }
        });
        URI uri = server.uri("/slow");
        CompletableFuture<HttpResponse<String>> slow = HttpClient.newHttpClient().sendAsync(
                java.net.http.HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(entered.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
        await().until(() -> {
            try (ServerSocket free = new ServerSocket(uri.getPort(), 1, InetAddress.getLoopbackAddress())) {
                return true;
            } catch (java.io.IOException stillOpen) {
                return false;
            }
        });
        assertThat(stopped).isNotDone();
        release.countDown();
        assertThat(slow.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS).body()).isEqualTo("done");
        stopped.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void thePortOpensAfterTheRoutesAreUp() throws Exception {
        CompletableFuture<Boolean> openEarly = new CompletableFuture<>();
        RouteBuilder routes = new RouteBuilder() {
            @Override
            public void configure() {
                getContext().addLifecycleStrategy(new LifecycleStrategySupport() {
                    @Override
                    public void onContextStarted(org.apache.camel.CamelContext context) {
                        HubHttpServer http = context.hasService(HubHttpServer.class);
                        openEarly.complete(http.getServer() != null);
                    }
                });
                from("platform-http:/x").routeId("x").setBody(constant("x"));
            }
        };
        try (ServerFixture server = ServerFixture.start(data, routes)) {
            assertThat(openEarly.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isFalse();
            assertThat(server.get("/x").body()).isEqualTo("x");
        }
    }

    @Test
    void pagesOfAllowedOriginsMayCall() throws Exception {
        try (ServerFixture server = ServerFixture.start(data, routes(), "waystation.http.cors-origins", "https://a.example")) {
            try (ServerFixture.Raw raw = server.raw()) {
                raw.send("OPTIONS /x HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\nConnection: close\r\n"
                        + "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: last-event-id\r\n\r\n");
                assertThat(raw.readAll()).startsWith("HTTP/1.1 204").containsIgnoringCase("allow-headers: last-event-id")
                        .containsIgnoringCase("allow-origin: https://a.example");
            }
            try (ServerFixture.Raw raw = server.raw()) {
                raw.send("GET /x HTTP/1.1\r\nHost: h\r\nOrigin: https://b.example\r\nConnection: close\r\n\r\n");
                assertThat(raw.readAll()).startsWith("HTTP/1.1 200").doesNotContain("b.example");
            }
        }
    }

    /** A sender may turn to HTTP/2 only where nothing gets lost on the way: with TLS, or by beginning with it. */
    @Test
    void clearTextClientsThatAskForHttp2AreAnsweredOverHttp1() throws Exception {
        try (ServerFixture server = ServerFixture.start(data, routes())) {
            HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
            for (int size : new int[] {0, 10, 3_000_000}) {
                HttpResponse<String> answer = client.send(java.net.http.HttpRequest.newBuilder(server.uri("/x"))
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(new byte[size])).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
                assertThat(answer.body()).startsWith(size + " ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: !\r\n", "Connection: Upgrade\r\n", ""})
    void theWishForHttp2IsNoReasonToWaitOrToRefuse(String headers) throws Exception {
        try (ServerFixture server = ServerFixture.start(data, routes()); ServerFixture.Raw raw = server.raw()) {
            raw.send("POST /x HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n" + headers + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertThat(raw.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 ");
            assertThat(raw.send("abc").readUntil("3 ")).startsWith("HTTP/1.1 200 ");
            raw.send("GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: foo, H2C\r\n" + headers + "\r\n");
            assertThat(raw.readUntil("\r\n\r\n0 ")).contains("HTTP/1.1 200 "); // behind the rest of the answer before
        }
    }

    @Test
    void aSlowSenderIsCutOffAfterTheGraceAndTheListOfRefusalsIsAsLongAsTheSettingsSay() throws Exception {
        try (ServerFixture server = ServerFixture.start(data.resolve("hub"), routes(), "waystation.http.body-grace", "100ms",
                "waystation.http.body-rate", "1MiB", "waystation.http.refused-kept", "1")) {
            assertThat(server.get("/nothing/here").statusCode()).isEqualTo(404);
            try (ServerFixture.Raw raw = server.raw()) {
                raw.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
                assertThat(raw.readUntil("request-timeout")).startsWith("HTTP/1.1 408 ");
            }
            assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                    .singleElement().satisfies(refused -> assertThat(refused.code()).isEqualTo("request-timeout"));
        }
    }

    @Test
    void certificatesAreReloadedAndBadOnesAreNotTaken() throws Exception {
        Path certificate = data.resolve("tls.crt");
        Path key = data.resolve("tls.key");
        write(certificate, key, "first");
        try (ServerFixture server = ServerFixture.start(data.resolve("hub"), routes(),
                "waystation.http.tls-certificate", certificate.toString(), "waystation.http.tls-key", key.toString(),
                "waystation.http.tls-reload", "100ms")) {
            ListAppender<ILoggingEvent> log = new ListAppender<>();
            log.start();
            assertThat(subject(server)).isEqualTo("CN=first");
            write(certificate, key, "second");
            await().untilAsserted(() -> assertThat(subject(server)).isEqualTo("CN=second"));
            ((Logger) LoggerFactory.getLogger(TlsReload.class)).addAppender(log);
            TlsPair third = TlsPair.make(data, "third");
            third.writeCertificate(certificate);
            await().untilAsserted(() -> assertThat(kept(log)).isPositive());
            assertThat(subject(server)).as("a certificate whose key is not there yet").isEqualTo("CN=second");
            Files.writeString(key, third.key());
            await().untilAsserted(() -> assertThat(subject(server)).isEqualTo("CN=third"));
            long before = kept(log);
            Files.writeString(certificate, "nonsense");
            await().untilAsserted(() -> assertThat(kept(log)).isGreaterThan(before));
            assertThat(subject(server)).isEqualTo("CN=third");
        }
    }

    private static long kept(ListAppender<ILoggingEvent> log) {
        return List.copyOf(log.list).stream().filter(line -> line.getFormattedMessage().contains("the old one stays")).count();
    }

    @Test
    void aKeyOfAnotherCertificateStopsTheStart() throws Exception {
        Path certificate = data.resolve("tls.crt");
        Path key = data.resolve("tls.key");
        write(certificate, key, "one");
        Files.writeString(key, TlsPair.make(data, "other").key());

        assertThatThrownBy(() -> ServerFixture.start(data.resolve("hub"), routes(),
                "waystation.http.tls-certificate", certificate.toString(), "waystation.http.tls-key", key.toString()))
                .hasStackTraceContaining("waystation.http.tls-key is not the key of the certificate");
    }

    /** Subject of the certificate a new connection gets; asks over HTTP/2. */
    private static String subject(ServerFixture server) throws Exception {
        CompletableFuture<String> subject = new CompletableFuture<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anyone(subject)}, new SecureRandom());
        HttpClient client = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_2).build();
        try {
            HttpResponse<String> answer = client.send(java.net.http.HttpRequest.newBuilder(
                    URI.create("https://127.0.0.1:" + server.port() + "/x")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).startsWith("0 ");
        } catch (SSLHandshakeException e) {
            throw new AssertionError(e);
        }
        return subject.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private void write(Path certificate, Path key, String name) throws Exception {
        TlsPair pair = TlsPair.make(data, name);
        Files.writeString(key, pair.key());
        pair.writeCertificate(certificate);
    }

    /** Trusts everybody and tells whom. */
    private static final class Anyone extends X509ExtendedTrustManager {
        private final CompletableFuture<String> subject;

        private Anyone(CompletableFuture<String> subject) {
            this.subject = subject;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            subject.complete(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
            subject.complete(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            subject.complete(chain[0].getSubjectX500Principal().getName());
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
