package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static io.waystation.ingest.Signing.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

import com.standardwebhooks.Webhook;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.event.Event;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;

/** Sources of the template, in the real hub over real HTTP. */
class SourceHttpTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ROUTE = """
            - templatedRoute:
                routeTemplateRef: source
                routeId: source-%1$s
                prefixId: %1$s
                parameters:
                  - {name: address, value: /webhook/%1$s}
                  - {name: provider, value: %2$s}
                  - {name: channel, value: upstreams}
                  - {name: secrets, value: "%3$s"}
                  - {name: %4$s, value: "%5$s"}
            """;

    @TempDir
    static Path folder;

    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "from a file\n");
        HubHome home = HubHome.in(folder).route("test.camel.yaml",
                ROUTE.formatted("github", "github", "file:" + secret + ",literal:one", "status", "201")
                + ROUTE.formatted("slack", "slack", "literal:one", "rate", "1000")
                + ROUTE.formatted("server", "bitbucket-server", "literal:one", "window", "5m")
                + ROUTE.formatted("linear", "linear", "literal:one", "window", "7h")
                + ROUTE.formatted("elsewhere", "github", "literal:one", "allow", "10.0.0.0/8, 2001:db8::/32")
                + ROUTE.formatted("here", "bearer", "literal:one", "allow", "127.0.0.0/8, ::1")
                + ROUTE.formatted("svix", "standard-webhooks", "literal:" + WHSEC, "rate", "1000")
                + ROUTE.formatted("any", "auto", "literal:one", "rate", "1000")
                + ROUTE.formatted("few", "none", "", "rate", "1")
                + ROUTE.formatted("relayed", "bearer", "literal:one", "classifyAs", "github"));
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()),
                "waystation.secrets.literal", "true", "waystation.channels.open", "false",
                "waystation.channels.upstreams.open", "true");
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private static HttpResponse<String> post(String name, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri("/webhook/" + name))
                .POST(BodyPublishers.ofByteArray(body));
        return CLIENT.send((headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofString());
    }

    private static Event stored(HttpResponse<String> answer) {
        String text = answer.body().replaceAll(".*\"position\":\"([^\"]*)\".*\\n", "$1");
        long offset = Position.parse(text).orElseThrow().offset();
        return hub.bean("journal", EventHistory.class).find(offset).orElseThrow().event();
    }

    @Test
    void answersWithPositionAndIdAndWithTheFirstPositionWhenItComesAgain() throws Exception {
        byte[] body = bytes("{\"ref\":\"refs/heads/main\",\"repository\":{\"full_name\":\"nats-io/nats-server\"}}");
        String[] headers = {"X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "from a file", body),
            "X-GitHub-Event", "push", "X-GitHub-Delivery", "d-1", "X-Gitlab-Token", "x"};

        HttpResponse<String> first = post("github", body, headers);
        HttpResponse<String> again = post("github", body, headers);

        assertThat(first.statusCode()).isEqualTo(201);
        Event event = stored(first);
        assertThat(first.body()).contains("\"id\":\"" + event.id() + "\"").contains("\"duplicate\":false");
        assertThat(stored(again).id()).isEqualTo(event.id());
        assertThat(again.body()).contains("\"duplicate\":true").doesNotContain("\"id\"");
        assertThat(event).satisfies(e -> {
            assertThat(e.source()).isEqualTo("/github/nats-io/nats-server");
            assertThat(e.key()).isEqualTo("/github/nats-io/nats-server");
            assertThat(e.verified()).isEqualTo("github:/webhook/github");
            assertThat(e.channel()).isEqualTo("upstreams");
            assertThat(e.path()).isEqualTo("/webhook/github");
            assertThat(e.headers().toMap()).doesNotContainKeys("x-gitlab-token", "host");
        });
    }

    @Test
    void anIdBesideTheSignedOneDoesNotMakeARepetitionANewEvent() throws Exception {
        byte[] body = bytes("{\"type\":\"user.created\"}");
        long seconds = Instant.now().getEpochSecond();
        String[] signed = {"svix-id", "msg_1", "svix-timestamp", "" + seconds,
            "svix-signature", new Webhook(WHSEC).sign("msg_1", seconds, new String(body, StandardCharsets.UTF_8))};
        String[] more = Arrays.copyOf(signed, signed.length + 2);
        more[signed.length] = "webhook-id";
        more[signed.length + 1] = "anything";

        HttpResponse<String> first = post("svix", body, signed);
        HttpResponse<String> again = post("svix", body, more);

        assertThat(first.body()).contains("\"duplicate\":false");
        assertThat(again.body()).contains("\"duplicate\":true");
    }

    @Test
    void aSourceOfAnyProviderTakesARetryOfJiraForARepetition() throws Exception {
        byte[] body = bytes("{\"webhookEvent\":\"jira:issue_updated\",\"issue\":{\"key\":\"ABC-1\"}}");
        String[] headers = {"X-Hub-Signature", "sha256=" + hex("HmacSHA256", "one", body), "X-Atlassian-Webhook-Identifier", "w-1"};

        HttpResponse<String> first = post("any", body, headers);
        HttpResponse<String> again = post("any", body, headers);

        assertThat(stored(first).type()).isEqualTo("com.atlassian.jira.issue_updated");
        assertThat(again.body()).contains("\"duplicate\":true");
    }

    @Test
    void aSourceOfAnyProviderCallsNobodyGitHubWhoOnlySignsLikeIt() throws Exception {
        byte[] body = bytes("{}");

        Event event = stored(post("any", body, "X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "one", body)));

        assertThat(event.type()).isEqualTo(Event.UNKNOWN_TYPE);
        assertThat(event.verified()).isEqualTo("hmac:/webhook/any");
    }

    @Test
    void takesTheLargestBodyAndAnyBytes() throws Exception {
        byte[] body = new byte[25 << 20];
        new Random(3).nextBytes(body);

        HttpResponse<String> answer = post("github", body,
                "X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "one", body), "X-GitHub-Event", "push");
        HttpResponse<String> empty = post("github", new byte[0],
                "X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "one"));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(stored(answer).body()).isEqualTo(body);
        assertThat(stored(empty).body()).isEmpty();
        assertThat(stored(empty).type()).isEqualTo("com.github.unknown");
    }

    @Test
    void answersSlacksChallengeOnlyWhenItIsSigned() throws Exception {
        byte[] body = bytes("{\"token\":\"x\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P\",\"type\":\"url_verification\"}");
        String time = Long.toString(System.currentTimeMillis() / 1000);
        String signature = "v0=" + hex("HmacSHA256", "one", bytes("v0:" + time + ":"), body);
        Position before = hub.bean("journal", EventHistory.class).tail();

        HttpResponse<String> answer = post("slack", body, "X-Slack-Request-Timestamp", time, "X-Slack-Signature", signature);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
        assertThat(answer.headers().firstValue("content-type")).hasValueSatisfying(t -> assertThat(t).startsWith("text/plain"));
        assertThat(post("slack", body).statusCode()).isEqualTo(401);
        assertThat(hub.bean("journal", EventHistory.class).tail()).isEqualTo(before);
    }

    @Test
    void toleratesBitbucketServersConnectionTestAndNothingElseUnsigned() throws Exception {
        assertThat(post("server", bytes("{\"test\": true}")).statusCode()).isEqualTo(200);
        assertThat(post("server", bytes("{\"test\": false}")).statusCode()).isEqualTo(401);
        assertThat(post("server", bytes("{\"test\": true}"), "X-Hub-Signature", "sha256=00").statusCode()).isEqualTo(401);
    }

    @Test
    void tellsLinearTheSuccessItExpects() throws Exception {
        byte[] body = bytes("{\"type\":\"Issue\",\"webhookTimestamp\":" + (System.currentTimeMillis() - 6 * 3_600_000L) + "}");

        assertThat(post("linear", body, "Linear-Signature", hex("HmacSHA256", "one", body)).statusCode()).isEqualTo(200);
    }

    @Test
    void letsOnlyAllowedAddressesSend() throws Exception {
        byte[] body = bytes("{}");

        HttpResponse<String> refusal = post("elsewhere", body, "X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "one", body));

        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.body()).contains("\"code\":\"address-not-allowed\"");
        assertThat(post("here", body, "Authorization", "Bearer one").statusCode()).isEqualTo(202);
    }

    @Test
    void limitsTheRateOfASource() throws Exception {
        int refused = 0;
        for (int i = 0; i < 5; i++) {
            refused += post("few", bytes("{}")).statusCode() == 429 ? 1 : 0;
        }

        assertThat(refused).isPositive();
    }

    @Test
    void readsEventsOfAProviderThatAnotherVouchesFor() throws Exception {
        Event event = stored(post("relayed", bytes("{\"action\":\"published\"}"),
                "Authorization", "Bearer one", "X-GitHub-Event", "release", "Idempotency-Key", "k-1"));

        assertThat(event.type()).isEqualTo("com.github.release.published");
        assertThat(event.verified()).isEqualTo("bearer:/webhook/relayed");
        assertThat(event.deliveryId()).isEqualTo("k-1");
    }
}
