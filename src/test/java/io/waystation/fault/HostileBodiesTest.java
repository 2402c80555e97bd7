package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.waystation.EventStream;
import io.waystation.HubProcess;
import io.waystation.Patience;

/** Bodies that are many times as large once they are read or written again do not end the hub, whoever sends them. */
class HostileBodiesTest {
    private static final int SIZE = 25 << 20;
    private static final int CONTROL_SIZE = 1 << 20;
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path folder;

    /** Bodies as large as a webhook may be. */
    private enum Webhook {
        FORM_OF_MANY_NAMES("application/x-www-form-urlencoded", false, filled("", number -> letters(number) + "&", "")),
        FORM_OF_ONE_VALUE("application/x-www-form-urlencoded", true, filled("payload=%C3%A9", number -> "%7Baaaaaaaaaaaaaaaaaaa+", "")),
        CONTROL_CHARACTERS("application/octet-stream", false, filled("", number -> "\u0001\u0001\u0001\u0001", "")),
        NO_TEXT("text/plain", true, filled("\u00ff", number -> "\u00e9 and so on, ", "")),
        JSON_OF_MANY_NAMES("application/json", true, filled("{\"\u00e9\":0", number -> ",\"" + letters(number) + "\":1", "}")),
        JSON_OF_MANY_LINES("application/json", true, filled("[0", number -> ",\n  0", "]"));

        private final String type;
        private final boolean comes;
        private final byte[] body;

        Webhook(String type, boolean comes, byte[] body) {
            this.type = type;
            this.comes = comes;
            this.body = body;
        }
    }

    private static String letters(int number) {
        char[] letters = new char[4];
        int rest = number;
        for (int i = 0; i < letters.length; i++) {
            letters[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".charAt(rest % 62);
            rest /= 62;
        }
        return new String(letters);
    }

    private static byte[] filled(String begin, IntFunction<String> middle, String end) {
        return filled(SIZE, begin, middle, end);
    }

    /** Text of a size at most, one byte for each character. */
    private static byte[] filled(int size, String begin, IntFunction<String> middle, String end) {
        byte[] bytes = new byte[size];
        int length = put(bytes, 0, begin);
        for (int i = 0; ; i++) {
            String next = middle.apply(i);
            if (length + next.length() + end.length() > size) {
                return Arrays.copyOf(bytes, put(bytes, length, end));
            }
            length = put(bytes, length, next);
        }
    }

    private static int put(byte[] bytes, int at, String text) {
        byte[] added = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(added, 0, bytes, at, added.length);
        return at + added.length;
    }

    private HubProcess hub() throws Exception {
        return new HubProcess(folder.resolve("data")).environment("JAVA_TOOL_OPTIONS", "-XX:+ExitOnOutOfMemoryError");
    }

    private static CompletableFuture<Integer> post(HubProcess hub, String path, String type, byte[] body) {
        return CLIENT.sendAsync(HttpRequest.newBuilder(hub.uri(path)).timeout(Patience.SOON)
                .header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
    }

    /** Status line for a body of {@link #SIZE} that waits to be asked for: this Java's client would wait with it. */
    private static String announce(HubProcess hub, String path) throws Exception {
        try (Socket client = new Socket("127.0.0.1", hub.port())) {
            client.setSoTimeout((int) Patience.SOON.toMillis());
            client.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: " + SIZE
                    + "\r\nExpect: 100-continue\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        }
    }

    private static EventStream.Frame next(EventStream stream) throws Exception {
        EventStream.Frame frame = stream.next(Patience.SOON).orElseThrow(() -> new AssertionError("nothing came"));
        return "ready".equals(frame.event()) || "ping".equals(frame.event()) ? next(stream) : frame;
    }

    private static void assertUnharmed(HubProcess hub) throws Exception {
        assertThat(hub.isAlive()).isTrue();
        assertThat(Files.readString(hub.log())).doesNotContain("java.lang.OutOfMemoryError");
        assertThat(CLIENT.send(HttpRequest.newBuilder(hub.uri("/livez")).build(), HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesWhatIsTooLargeForARequestToTheHubItself() throws Exception {
        byte[] most = filled(CONTROL_SIZE, "{\"position\":[", number -> "{},", "{}]}");
        try (HubProcess hub = hub().start()) {
            String token = Files.readString(hub.data().resolve("token")).trim();
            for (String path : List.of("/stream/strangers/cursors/x", "/strangers/redeliver", "/edge/register", "/edge/1/events",
                    "/api/events/replay?access_token=" + token)) {
                assertThat(announce(hub, path)).as(path).startsWith("HTTP/1.1 413 ");
            }
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            IntStream.range(0, 200).forEach(i -> answers.add(post(hub, "/stream/strangers/cursors/x", "application/json", most)));
            assertThat(answers.stream().map(CompletableFuture::join)).allMatch(status -> status == 413 || status == 503).contains(413);
            assertUnharmed(hub);
        }
    }

    @ParameterizedTest
    @EnumSource(Webhook.class)
    void servesAllClientsOfAChannelOnWhichAHugeBodyComes(Webhook webhook) throws Exception {
        try (HubProcess hub = hub().start()) {
            try (EventStream smee = EventStream.open(hub.uri("/channel-of-all")); EventStream own = EventStream.open(hub.uri("/stream/channel-of-all"))) {
                assertThat(post(hub, "/channel-of-all", webhook.type, webhook.body).join()).isEqualTo(202);
                assertThat(post(hub, "/channel-of-all", "application/json", "{\"n\": 1}".getBytes(StandardCharsets.UTF_8)).join()).isEqualTo(202);
                assertThat(next(own).data().length()).as("the body in Base64").isGreaterThan(webhook.body.length / 3 * 4);
                assertThat(next(own).data()).contains("\"data_base64\":\"eyJuIjogMX0=\"");
                followsOn(smee, webhook);
            }
            for (int client = 0; client < 3; client++) {
                try (EventStream resumed = EventStream.open(hub.uri("/channel-of-all"), "Last-Event-ID", "0-0")) {
                    followsOn(resumed, webhook);
                }
            }
            assertUnharmed(hub);
            hub.kill();
            hub.start();
            try (EventStream resumed = EventStream.open(hub.uri("/channel-of-all"), "Last-Event-ID", "0-0")) {
                followsOn(resumed, webhook);
            }
            assertUnharmed(hub);
            assertThat(Files.readString(hub.log()).contains("are not given the event")).isEqualTo(!webhook.comes);
        }
    }

    private static void followsOn(EventStream smee, Webhook webhook) throws Exception {
        if (webhook.comes) {
            assertThat(next(smee).data().length()).isGreaterThan(SIZE / 3);
        }
        assertThat(next(smee).data()).contains("\"body\":{\"n\":1}");
    }
}
