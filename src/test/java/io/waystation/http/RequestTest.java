package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.waystation.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What routes get of a request and what callers get of a route. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestTest {
    private ServerFixture server;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        server = ServerFixture.start(data, new Routes(), "waystation.http.event-loop-routes", "loop*");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static final class Routes extends RouteBuilder {
        @Override
        public void configure() {
            from("platform-http:/loop/echo").routeId("loop-echo").process(RequestTest::length);
            from("platform-http:/pool/echo").routeId("pool-echo").process(RequestTest::length);
            from("platform-http:/loop/headers/{x}").routeId("loop-headers").process(RequestTest::headers);
            from("platform-http:/pool/headers/{x}").routeId("pool-headers").process(RequestTest::headers);
            from("platform-http:/pool/untouched/{x}").routeId("untouched").setBody(constant("ok"));
            from("platform-http:/{a}").routeId("first").setBody(simple("any ${header.a}"));
            from("platform-http:/{a}/redeliver").routeId("second").setBody(simple("redeliver ${header.a}"));
            from("platform-http:/new?httpMethodRestrict=GET").routeId("third").setBody(constant("new"));
            from("platform-http:/files?matchOnUriPrefix=true").routeId("fourth").setBody(constant("file"));
            from("platform-http:/loop/refuse").routeId("loop-refuse").process(exchange -> {
                throw new ProblemException(409, "no-way", "Not \"today\".", Map.of("Retry-After", "7"));
            });
            from("platform-http:/busy").routeId("busy").process(exchange -> {
                throw new StoreException(StoreException.Code.TIMEOUT, "reading took too long", null);
            });
            from("platform-http:/fails").routeId("fails").process(exchange -> {
                throw new IllegalStateException("secret reason");
            });
            from("platform-http:/loop/deep").routeId("loop-deep").process(exchange -> deep(0));
            from("platform-http:/pool/deep").routeId("pool-deep").process(exchange -> deep(0));
            from("platform-http:/bad-header").routeId("bad-header").setHeader("X-Bad", constant("a\r\nb: c"));
            from("platform-http:/json?httpMethodRestrict=POST&consumes=application/json").routeId("json")
                    .setBody(constant("json"));
        }
    }

    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    private static void length(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        exchange.getMessage().setBody(body.length + ":" + Arrays.hashCode(body) + ":"
                + Thread.currentThread().getName());
    }

    private static void headers(Exchange exchange) {
        TreeMap<String, Object> headers = new TreeMap<>(exchange.getMessage().getHeaders());
        headers.keySet().removeAll(List.of("CamelHttpQuery", "CamelHttpRawQuery")); // which hold it as text
        exchange.getMessage().setBody(headers.toString());
    }

    @Test
    void formBodiesKeepTheirBytes() throws Exception {
        byte[] form = "payload=%7B%22a%22%3A1%7D&b=%2B+x".getBytes(StandardCharsets.UTF_8);
        for (String path : new String[] {"/loop/echo", "/pool/echo"}) {
            HttpResponse<String> answer =
                    server.post(path, form, "Content-Type", "application/x-www-form-urlencoded");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).startsWith(form.length + ":" + Arrays.hashCode(form));
        }
    }

    @Test
    void listedRoutesRunOnTheEventLoopWithSmallBodiesOnly() throws Exception {
        assertThat(server.post("/loop/echo", new byte[64 << 10]).body()).contains("eventloop");
        assertThat(server.post("/loop/echo", new byte[(64 << 10) + 1]).body()).contains("http-pool");
        assertThat(server.post("/pool/echo", new byte[1]).body()).contains("http-pool");
    }

    @Test
    void controlHeadersReachNoMessage() throws Exception {
        String query = "?CamelHttpUri=q1&kafka.OVERRIDE_TOPIC=q2&camel_exec=q3&fine=q4&access_token=q5";
        String[] hostile = {"CamelExecCommandExecutable", "evil", "cAmElFileName", "evil", "camel_exec", "evil",
            "org.apache.camel.x", "evil", "kafka.KEY", "evil", "KAFKA-OVERRIDE-TOPIC", "evil", "GitHubPullRequest",
            "evil", "Ca-mel-Http-Uri", "evil", "Authorization", "Bearer evil", "X-Fine", "fine"};
        for (String path : new String[] {"/loop/headers/p", "/pool/headers/p"}) {
            String seen = server.post(path + query, "Camel=1".getBytes(StandardCharsets.UTF_8), hostile).body();
            assertThat(seen).doesNotContain("evil").doesNotContain("q5").contains("x=p").contains("CamelHttpMethod=POST");
        }
        assertThat(server.get("/pool/headers/p" + query, hostile).body())
                .contains("x-fine=fine").contains("fine=q4").doesNotContain("kafka.OVERRIDE_TOPIC=")
                .doesNotContain("CamelHttpUri=q1");
        assertThat(server.get("/loop/headers/p" + query, hostile).body()).doesNotContain("x-fine");
    }

    @Test
    void pathParametersWinOverHeadersOfTheSameName() throws Exception {
        assertThat(server.get("/pool/headers/path?x=query", "x", "header").body()).contains("x=path");
    }

    @Test
    void nothingOfTheRequestIsEchoed() throws Exception {
        HttpResponse<String> answer = server.get("/pool/untouched/value?y=1&y=2", "X-Secret", "1", "X-Two", "a");
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.headers().map().keySet()).containsExactlyInAnyOrder("content-length", "content-type");
    }

    @Test
    void theMostSpecificPathAnswersWhateverTheOrderOfRoutes() throws Exception {
        assertThat(server.get("/abc").body()).isEqualTo("any abc");
        assertThat(server.get("/new").body()).isEqualTo("new");
        assertThat(server.get("/new/redeliver").body()).isEqualTo("redeliver new");
        assertThat(server.get("/files").body()).isEqualTo("file");
        assertThat(server.get("/files/a/b").body()).isEqualTo("file");
        assertThat(server.get("/a%2Fb%20c/").body()).isEqualTo("any a/b c");
    }

    @Test
    void wrongMethodsAndPathsAreExplained() throws Exception {
        HttpResponse<String> wrong = server.post("/new", new byte[0]);
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
        assertThat(wrong.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(wrong.body()).contains("\"code\":\"method-not-allowed\"");
        assertThat(server.get("/a/b/c").statusCode()).isEqualTo(404);
        assertThat(server.post("/json", new byte[1], "Content-Type", "text/plain").statusCode()).isEqualTo(415);
        assertThat(server.post("/json", new byte[1], "Content-Type", "application/json; charset=utf-8").body())
                .isEqualTo("json");
        assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                .anyMatch(refused -> refused.code().equals("method-not-allowed") && refused.path().equals("/new"));
    }

    @Test
    void headOfAGetRouteHasNoBody() throws Exception {
        HttpResponse<String> head = server.send(java.net.http.HttpRequest.newBuilder(server.uri("/new"))
                .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-length")).contains("3");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void refusalsAndFailuresBecomeProblems() throws Exception {
        HttpResponse<String> refused = server.get("/loop/refuse");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.headers().firstValue("retry-after")).contains("7");
        assertThat(refused.body()).contains("\"code\":\"no-way\"").contains("Not \\\"today\\\".");
        HttpResponse<String> busy = server.get("/busy");
        assertThat(busy.statusCode()).isEqualTo(503);
        assertThat(busy.headers().firstValue("retry-after")).isPresent();
        assertThat(busy.body()).contains("store-unavailable");
        HttpResponse<String> failed = server.get("/fails");
        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.body()).contains("internal-error").contains("instance").doesNotContain("secret reason");
        HttpResponse<String> split = server.get("/bad-header");
        assertThat(split.statusCode()).isEqualTo(500);
        assertThat(split.headers().map()).doesNotContainKey("b");
    }

    @Test
    void aRouteThatOverflowsTheStackAnswersAndKeepsNothing() throws Exception {
        for (String path : new String[] {"/loop/deep", "/pool/deep", "/loop/deep", "/pool/deep"}) {
            HttpResponse<String> failed = server.post(path, new byte[1_000]);
            assertThat(failed.statusCode()).isEqualTo(500);
            assertThat(failed.body()).contains("internal-error");
        }
        await().untilAsserted(() -> assertThat(server.server().requestsInProgress()).isZero());
        await().untilAsserted(() -> assertThat(server.server().bufferedBytes()).isZero());
        await().untilAsserted(() -> assertThat(server.context().getInflightRepository().size()).isZero()); // a stop waits for them
        assertThat(server.get("/new").statusCode()).isEqualTo(200);
    }

    @Test
    void suspendedRoutesAskToComeAgain() throws Exception {
        server.context().getRouteController().suspendRoute("third");
        HttpResponse<String> away = server.get("/new");
        server.context().getRouteController().resumeRoute("third");
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("retry-after")).isPresent();
        assertThat(server.get("/new").statusCode()).isEqualTo(200);
    }

    @Test
    void streamsOfSuspendedRoutesAreDroppedBecauseTheirClientsWouldTakeAnAnswerForTheEnd() throws Exception {
        server.context().getRouteController().suspendRoute("third");
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /new HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream, */*\r\n\r\n");
            assertThat(raw.readAll()).isEmpty();
        } finally {
            server.context().getRouteController().resumeRoute("third");
        }
        assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                .anyMatch(refused -> refused.path().equals("/new") && refused.code().equals("route-stopped"));
    }

    @Test
    void restartingRoutesKeepTheirPath() throws Exception {
        server.context().getRouteController().stopRoute("second");
        assertThat(server.get("/new/redeliver").statusCode()).isEqualTo(503);
        server.context().getRouteController().startRoute("second");
        assertThat(server.get("/new/redeliver").statusCode()).isEqualTo(200);
    }
}
