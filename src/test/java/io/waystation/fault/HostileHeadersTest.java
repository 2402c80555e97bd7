package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.Patience;

/** Header names that steer Camel components reach no component, no answer and no client. */
class HostileHeadersTest {
    private static final List<String> NAMES = List.of(
            "CamelExecCommandExecutable", "camelexeccommandexecutable", "CAMELEXECCOMMANDEXECUTABLE", "Camel-Exec-Command-Executable",
            "camel_exec_command_executable", "CamelFileName", "CamelHttpUri", "camel.http.uri", "kafka.OVERRIDE_TOPIC", "Kafka.Override_Topic",
            "org.apache.camel.Something", "GitHubPullRequest", "CamelWaystationVerified", "CamelCloudEventType");

    private static final String SECRET = "hostile-headers-secret";

    private final BlockingQueue<Map<String, Object>> unverified = new LinkedBlockingQueue<>();
    private final BlockingQueue<Map<String, Object>> verifiedOnly = new LinkedBlockingQueue<>();

    @TempDir
    Path folder;
    private HubFixture hub;

    @BeforeEach
    void startsAHubWithTwoGroups() throws Exception {
        Path home = HubHome.in(folder).source("signed", "literal:" + SECRET).route("hostile.camel.yaml", """
                - route:
                    id: hostile-any
                    description: Hands every event to the test
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: hostile-any
                        verified: any
                      steps:
                        - to:
                            uri: direct:hostile-any
                - route:
                    id: hostile-verified
                    description: Hands verified events to the test
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: hostile-verified
                      steps:
                        - to:
                            uri: direct:hostile-verified
                """).path();
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home), "waystation.secrets.literal", "true");
        hub.context().addRoutes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:hostile-any").process(exchange -> unverified.add(headers(exchange)));
                from("direct:hostile-verified").process(exchange -> verifiedOnly.add(headers(exchange)));
            }
        });
    }

    @AfterEach
    void stops() {
        hub.close();
    }

    @Test
    void dropsThemFromHeaderQueryAndForm() throws Exception {
        StringBuilder head = new StringBuilder("POST /hostile-headers-test?");
        List<String> pairs = new ArrayList<>();
        NAMES.forEach(name -> pairs.add(name + "=injected"));
        head.append(String.join("&", pairs)).append(" HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n")
                .append("Content-Type: application/x-www-form-urlencoded\r\n");
        NAMES.forEach(name -> head.append(name).append(": injected\r\n"));
        byte[] body = ("payload=%7B%7D&" + String.join("&", pairs)).getBytes(StandardCharsets.US_ASCII);
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");

        try (EventStream own = EventStream.open(hub.uri("/stream/hostile-headers-test"));
                EventStream smee = EventStream.open(hub.uri("/hostile-headers-test"));
                EventStream gosmee = EventStream.open(hub.uri("/events/hostile-headers-test"))) {
            String answer;
            try (Socket socket = new Socket("127.0.0.1", hub.port())) {
                socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                InputStream in = socket.getInputStream();
                answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            }
            assertThat(answer).startsWith("HTTP/1.1 202").doesNotContain("injected");

            Map<String, Object> headers = unverified.poll(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(headers).isNotNull();
            assertThat(headers.values()).noneMatch(value -> String.valueOf(value).contains("injected"));
            assertThat(headers).containsEntry("CamelWaystationVerified", "none");

            assertHarmless(frameWithData(own));
            assertHarmless(frameWithData(gosmee));
            // smee-client sends every field of the frame but body, query and timestamp to the target as a header
            List<String> sent = new ArrayList<>();
            new ObjectMapper().readTree(frameWithData(smee)).fieldNames().forEachRemaining(sent::add);
            assertThat(sent).contains("body", "query").map(name -> name.toLowerCase(Locale.ROOT))
                    .doesNotContainAnyElementsOf(NAMES.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        }
    }

    @Test
    void aForgedReleaseOnAnOpenChannelReachesOnlyGroupsThatAskForUnverifiedEvents() throws Exception {
        byte[] body = "{\"action\":\"published\",\"release\":{\"tag_name\":\"v1\"},\"repository\":{\"full_name\":\"nats-io/nats-server\"}}"
                .getBytes(StandardCharsets.US_ASCII);
        release("/forged-release-test", "0".repeat(64), body);
        release("/webhook/signed", new HmacUtils(HmacAlgorithms.HMAC_SHA_256, SECRET).hmacHex(body), body);

        Map<String, Object> headers = unverified.poll(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(headers).containsEntry("CamelCloudEventType", "com.github.release.published").containsEntry("CamelWaystationVerified", "none");
        assertThat(verifiedOnly.poll(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).as("first event of the group for verified ones")
                .containsEntry("CamelWaystationChannel", "signed").containsEntry("CamelWaystationVerified", "github:/webhook/signed");
    }

    private void release(String path, String signature, byte[] body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", hub.port())) {
            socket.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    + "X-GitHub-Event: release\r\nX-Hub-Signature-256: sha256=" + signature + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 202");
        }
    }

    private static void assertHarmless(String data) {
        // the query travels as the sender wrote it, as a value; no such name may be a header
        String withoutQuery = data.replaceAll("\"(query|path)\":(\"[^\"]*\"|\\{[^}]*\\})", "").toLowerCase(Locale.ROOT);
        NAMES.forEach(name -> assertThat(withoutQuery).doesNotContain("\"" + name.toLowerCase(Locale.ROOT) + "\""));
    }

    private static String frameWithData(EventStream stream) throws InterruptedException {
        while (true) {
            Optional<EventStream.Frame> frame = stream.next(Patience.SOON);
            assertThat(frame).as("the event on the stream").isPresent();
            if (frame.get().id() != null && frame.get().data().length() > 60) {
                return frame.get().data();
            }
        }
    }

    private static Map<String, Object> headers(Exchange exchange) {
        return Map.copyOf(exchange.getMessage().getHeaders());
    }
}
