package io.waystation.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.waystation.event.Event;
import io.waystation.http.ProblemException;
import io.waystation.journal.JournalFullException;
import io.waystation.settings.InvalidSettingException;
import io.waystation.store.StoreException;

class SourceRoutesTest {
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.UTF_8);
    private static final String HELLO_SIGNATURE =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    private static final String SECRET = "literal:It's a Secret to Everybody";

    private final RoutesUnderTest routes = new RoutesUnderTest(Clock.systemUTC());

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void answersAPostToAChannelAsGosmeeDoes() throws Exception {
        routes.start("");

        Exchange answer = routes.post("IXQk7bRjAO0L3KpT", HELLO, "x-github-event", "push", "camelhttpuri", "evil");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo(
                "{\"channel\":\"IXQk7bRjAO0L3KpT\",\"message\":\"ok\",\"status\":202,\"version\":\"0.32.0\","
                        + "\"stream_id\":\"1700000000000-1\"}\n");
        assertThat(answer.getMessage().getHeaders()).containsOnlyKeys(
                Exchange.HTTP_RESPONSE_CODE, Exchange.CONTENT_TYPE, "X-Gosmee-Version");
        Event event = routes.appended.get(0);
        assertThat(event.verified()).isEqualTo(Event.UNVERIFIED);
        assertThat(event.deliveryId()).isNull();
        assertThat(event.type()).isEqualTo("com.github.push");
        assertThat(event.key()).isEqualTo("IXQk7bRjAO0L3KpT");
        assertThat(event.query()).isEqualTo("a=1");
        assertThat(event.headers().toMap()).containsOnlyKeys("x-github-event");
        assertThat(event.body()).isSameAs(HELLO);
    }

    @Test
    void answersAVerifiedPostToASourceWithItsPosition() throws Exception {
        routes.start(source("nats", "/webhook/nats", "github", SECRET)
                + source("other", "/webhook/other", "github", "literal:other"));

        Exchange answer = routes.postTo("/webhook/nats", HELLO, "x-hub-signature-256", HELLO_SIGNATURE,
                "x-github-event", "ping", "x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958");
        Exchange refusal = routes.postTo("/webhook/other", HELLO, "x-hub-signature-256", HELLO_SIGNATURE);

        Event event = routes.appended.get(0);
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo(
                "{\"position\":\"1700000000000-1\",\"id\":\"" + event.id() + "\",\"duplicate\":false}\n");
        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(202);
        assertThat(event.verified()).isEqualTo("github:/webhook/nats");
        assertThat(event.deliveryId()).isEqualTo("72d3162e-cc78-11e3-81ab-4c9367dc0958");
        assertThat(refusal.getException(ProblemException.class)).satisfies(problem -> {
            assertThat(problem.status()).isEqualTo(401);
            assertThat(problem.code()).isEqualTo("bad-signature");
        });
        assertThat(routes.appended).hasSize(1);
    }

    @Test
    void asksTheSenderToComeBackWhenTheLogIsFull() throws Exception {
        routes.start("");
        routes.failure = new JournalFullException(JournalFullException.DISK_FULL, Duration.ofSeconds(7), null);

        Exchange answer = routes.post("IXQk7bRjAO0L3KpT", HELLO);

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getHeaders())
                .containsEntry(Exchange.HTTP_RESPONSE_CODE, 503).containsEntry("Retry-After", "7");
        assertThat(answer.getMessage().getBody(String.class)).contains("\"code\":\"log-unavailable\"");
    }

    @Test
    void asksTheSenderToComeBackWhenTheStoreIsBusy() throws Exception {
        routes.start("");
        routes.failure = new StoreException(StoreException.Code.BUSY, "busy", null);

        Exchange answer = routes.post("IXQk7bRjAO0L3KpT", HELLO);

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getHeaders())
                .containsEntry(Exchange.HTTP_RESPONSE_CODE, 503).containsEntry("Retry-After", "5");
        assertThat(answer.getMessage().getBody(String.class)).contains("\"code\":\"log-unavailable\"");
    }

    @Test
    void doesNotOpenASourceWithoutSecretsOrWithAMistypedProvider() {
        assertThatThrownBy(() -> routes.start(source("nats", "/webhook/nats", "github", "")))
                .hasRootCauseInstanceOf(InvalidSettingException.class)
                .hasStackTraceContaining("no secrets are given");
        assertThatThrownBy(() -> new RoutesUnderTest(Clock.systemUTC())
                .start(source("nats", "/webhook/nats", "githbu", SECRET)))
                .hasStackTraceContaining("unknown provider 'githbu'");
    }

    private static String source(String name, String address, String provider, String secrets) {
        List<String> lines = new ArrayList<>(List.of(
                "- templatedRoute:", "    routeTemplateRef: source", "    routeId: source-" + name,
                "    prefixId: " + name,
                "    parameters:"));
        for (String[] parameter : new String[][] {
            {"address", address}, {"provider", provider}, {"channel", "upstreams"}, {"secrets", secrets}}) {
            lines.add("      - name: " + parameter[0]);
            lines.add("        value: \"" + parameter[1] + "\"");
        }
        return String.join("\n", lines) + "\n";
    }
}
