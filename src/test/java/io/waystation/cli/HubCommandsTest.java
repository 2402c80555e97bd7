package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;

import io.waystation.HubFixture;
import io.waystation.TlsPair;
import io.waystation.channel.Channels;
import io.waystation.journal.Journal;
import io.waystation.journal.TestEvents;
import io.waystation.settings.Secret;
import io.waystation.store.Store;

/** Commands about a hub, its events, tokens and groups, against a real one. */
class HubCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static HubCommandLine commands;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"));
        commands = new HubCommandLine(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static String send(String channel, String payload, String event) throws Exception {
        Path file = Files.writeString(folder.resolve(channel + ".json"), payload);
        CommandLineRun run = CommandLineRun.of("send", hub.uri("/" + channel).toString(), "--payload", file.toString(),
                "--event", event, "-H", "X-Gitlab-Token=s3cret");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return commands.json("events", "list", "--channel", channel).path("events").get(0).path("id").asText();
    }

    @Test
    void aSentPayloadIsListedShownAndHandedOutByteForByte() throws Exception {
        String id = send("shown", "{\"zen\":  \"Keep it logically awesome.\"}", "ping");

        JsonNode event = commands.json("events", "show", id, "--body-to", folder.resolve("body").toString());

        assertThat(event.path("channel").asText()).isEqualTo("shown");
        assertThat(event.path("accepted")).as("the same in both")
                .isEqualTo(commands.json("events", "list", "--channel", "shown").path("events").get(0).path("accepted"));
        assertThat(commands.run("events", "show", id).out()).contains("body (base64): eyJ6ZW4iOi");
        assertThat(commands.run("events", "show", id, "--body-to", folder.resolve("body").toString()).out())
                .contains("body: 38 bytes, written to " + folder.resolve("body")).doesNotContain("eyJ6ZW4iOi");
        assertThat(event.path("verified").asText()).isEqualTo("none");
        assertThat(event.path("headers").path("x-github-event").get(0).asText()).isEqualTo("ping");
        assertThat(event.toString()).doesNotContain("s3cret");
        assertThat(folder.resolve("body")).hasContent("{\"zen\":  \"Keep it logically awesome.\"}");
    }

    @Test
    void theLargestEventIsShownAndPostedElsewhere() throws Exception {
        byte[] largest = new byte[25 << 20];
        Arrays.fill(largest, (byte) 0xfe);
        Path payload = Files.write(folder.resolve("largest"), largest);
        CommandLineRun sent = CommandLineRun.of("send", hub.uri("/largest").toString(), "--payload", payload.toString());
        assertThat(sent.exitCode()).as(sent.err()).isZero();
        String id = commands.json("events", "list", "--channel", "largest").path("events").get(0).path("id").asText();

        CommandLineRun shown = commands.run("events", "show", id);
        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out()).contains("body (base64): " + Base64.getEncoder().encodeToString(largest));
        CommandLineRun replayed = commands.run("events", "replay", id, "--to", hub.uri("/largest-again").toString());
        assertThat(replayed.exitCode()).as(replayed.err()).isZero();
        assertThat(commands.json("events", "list", "--channel", "largest-again").path("events").get(0).path("size").asInt())
                .isEqualTo(largest.length);
        CommandLineRun planned = commands.run("events", "replay", id, "--dry-run");
        assertThat(planned.exitCode()).as(planned.err()).isZero();
        assertThat(planned.out()).contains("would replay 1 event");
    }

    @Test
    void listsByWhatEventsHaveInCommonAndPagesOn() throws Exception {
        for (int i = 0; i < 5; i++) {
            send("paged", "{\"n\":" + i + "}", "push");
        }

        JsonNode first = commands.json("events", "list", "--channel", "paged", "--limit", "3");
        JsonNode second = commands.json("events", "list", "--channel", "paged", "--limit", "3", "--before", first.path("next").asText());

        assertThat(first.path("events")).hasSize(3);
        assertThat(second.path("events")).hasSize(2);
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(commands.json("events", "list", "--channel", "paged", "--since", "1h", "--verified", "false").path("events")).hasSize(5);
        assertThat(commands.json("events", "list", "--channel", "paged", "--verified", "true").path("events")).isEmpty();
        assertThat(commands.json("events", "list", "--text", "PAGED").path("events")).hasSize(5);
    }

    @Test
    void findsEventsInTheIndexAsInTheLog() throws Exception {
        String id = send("indexed", "{}", "push");
        Awaitility.await().until(() -> commands.json("groups", "list").path("groups").findValues("lag")
                .stream().allMatch(lag -> lag.asLong() == 0));

        assertThat(commands.json("events", "show", id).path("id").asText()).isEqualTo(id);
        assertThat(commands.json("events", "list", "--channel", "indexed").path("events")).hasSize(1);
    }

    @Test
    void saysThatAnIdCannotBeLookedUpWhileTheIndexIsFarBehind() throws Exception {
        hub.context().getRouteController().stopRoute("recorder");
        try {
            Journal journal = hub.bean("journal", Journal.class);
            for (int i = 0; i < 25; i++) {
                CompletableFuture.allOf(IntStream.range(0, 500).mapToObj(each -> journal.append(
                        TestEvents.unverified(UUID.randomUUID().toString(), "flood").build(), Runnable::run))
                        .toArray(CompletableFuture[]::new)).join();
            }

            CommandLineRun unknown = commands.run("events", "show", "no-such-id");

            assertThat(unknown.exitCode()).isEqualTo(5);
            assertThat(unknown.err()).contains("index-behind", "ask by position");
            assertThat(commands.json("events", "list", "--channel", "flood").path("events")).hasSize(50);
        } finally {
            hub.context().getRouteController().startRoute("recorder");
        }
        Awaitility.await().until(() -> commands.run("events", "show", "no-such-id").err().contains("no-such-event"));
    }

    @Test
    void aReplayIsANewEventThatNamesTheFirst() throws Exception {
        String id = send("replayed", "{\"a\":1}", "push");

        JsonNode answer = commands.json("events", "replay", id, "--into", "elsewhere");
        JsonNode again = commands.json("events", "show", answer.path("position").asText());

        assertThat(again.path("replayOf").asText()).isEqualTo(id);
        assertThat(again.path("channel").asText()).isEqualTo("elsewhere");
        assertThat(again.path("id").asText()).isNotEqualTo(id);
    }

    @Test
    void aDryRunReplaysNothing() throws Exception {
        send("dry", "{}", "push");

        JsonNode answer = commands.json("events", "replay", "--channel", "dry", "--dry-run");
        String id = answer.path("events").get(0).path("id").asText();
        assertThat(commands.run("events", "replay", "--channel", "dry", "--dry-run").out().lines()).hasSize(3)
                .first().asString().startsWith("POSITION").contains("ACCEPTED", "TYPE");
        assertThat(commands.run("events", "replay", "--channel", "dry", "--dry-run").out())
                .contains(commands.run("events", "list", "--channel", "dry").out().lines().skip(1).toList().get(0))
                .endsWith("would replay 1 event\n");
        assertThat(commands.run("events", "replay", id, "--dry-run").out()).contains(id, "com.github.push").endsWith("would replay 1 event\n");

        assertThat(answer.path("events")).hasSize(1);
        assertThat(commands.json("events", "list", "--channel", "dry").path("events")).hasSize(1);
        assertThat(commands.run("events", "replay", "--channel", "dry").exitCode()).isZero();
        assertThat(commands.json("events", "list", "--channel", "dry").path("events")).hasSize(2);
    }

    @Test
    void aDryRunOfOneEventReplaysNothingEither() throws Exception {
        String id = send("dry-one", "{}", "push");

        JsonNode answer = commands.json("events", "replay", id, "--dry-run");

        assertThat(answer.path("channel").asText()).isEqualTo("dry-one");
        assertThat(commands.json("events", "list", "--channel", "dry-one").path("events")).hasSize(1);
        assertThat(commands.run("events", "replay", id, "--into", "other", "--to", hub.uri("/x").toString()).exitCode()).isEqualTo(2);
    }

    @Test
    void aReplayToAnAddressBringsTheQueryAlong() throws Exception {
        Path payload = Files.writeString(folder.resolve("queried.json"), "{}");
        assertThat(CommandLineRun.of("send", hub.uri("/queried?a=6&b=x%20y").toString(), "--payload", payload.toString()).exitCode()).isZero();
        String id = commands.json("events", "list", "--channel", "queried").path("events").get(0).path("id").asText();
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        target.createContext("/", exchange -> {
            received.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        target.start();
        try {
            String address = "http://127.0.0.1:" + target.getAddress().getPort();
            commands.json("events", "replay", id, "--to", address + "/to");
            commands.json("events", "replay", id, "--to", address + "/to/?own=1#part");
        } finally {
            target.stop(0);
        }

        assertThat(received).containsExactly("/to?a=6&b=x%20y", "/to/?own=1&a=6&b=x%20y");
    }

    @Test
    void theTokenOfADataFolderGoesToNoOtherAddress() throws Exception {
        CommandLineRun elsewhere = commands.run("events", "list", "--url", "http://192.0.2.1:3333");
        CommandLineRun here = commands.run("events", "list", "--url", hub.uri("").toString());

        assertThat(elsewhere.exitCode()).isEqualTo(2);
        assertThat(elsewhere.err()).contains("no token");
        assertThat(here.exitCode()).as(here.err()).isZero();
    }

    @Test
    void aTokenDoesWhatItsRolesAllowAndNoMore() throws Exception {
        String secret = commands.json("tokens", "create", "reader", "--role", "read").path("secret").asText();

        CommandLineRun list = commands.run("events", "list", "--token", secret);
        CommandLineRun tokens = commands.run("tokens", "list", "--token", secret);
        CommandLineRun revoke = commands.run("tokens", "revoke", "reader");
        CommandLineRun after = commands.run("events", "list", "--token", secret);

        assertThat(list.exitCode()).isZero();
        assertThat(tokens.exitCode()).isEqualTo(5);
        assertThat(tokens.err()).contains("role-missing");
        assertThat(revoke.exitCode()).isZero();
        assertThat(after.exitCode()).isEqualTo(5);
        assertThat(after.err()).contains("token-required");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThat(commands.run("events", "show", "no-such-id").exitCode()).isEqualTo(5);
        assertThat(commands.run("events", "show", "no-such-id").err()).contains("no-such-event");
        assertThat(commands.run("dead-letters", "requeue", "nothing").err()).contains("no-such-dead-letter");
        assertThat(commands.run("tokens", "revoke", "nobody").err()).contains("no-such-token");
        assertThat(commands.run("events", "list", "--since", "yesterday").err()).contains("invalid-parameter");
    }

    @Test
    void saysWhyAFileCannotBeRead() throws Exception {
        Path none = folder.resolve("nope.json");
        CommandLineRun send = CommandLineRun.of("send", hub.uri("/x").toString(), "--payload", none.toString());

        assertThat(send.err()).isEqualTo("waystation: cannot read the payload " + none + ": no such file\n");
        assertThat(CommandFailure.reason(new AccessDeniedException("token"))).isEqualTo("permission denied");
        assertThat(CommandFailure.reason(new IOException("Is a directory"))).isEqualTo("Is a directory");
    }

    @Test
    void listsDeadLettersAndChannels() throws Exception {
        assertThat(commands.json("dead-letters", "list").path("deadLetters").isArray()).isTrue();
        assertThat(commands.json("channels", "list").path("channels").isArray()).isTrue();
        assertThat(commands.json("channels", "show", "anything").path("origin").asText()).isEqualTo("anonymous");
    }

    @Test
    void aGroupIsForgottenOnceNoRouteConsumesIt() throws Exception {
        hub.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("journal:events?group=renamed-away").routeId("renamed").log("seen");
            }
        });
        hub.bean("store", Store.class).writeNow(handle -> handle.execute("INSERT INTO group_gap (id, group_name, after_offset, "
                + "last_offset, lost, created_at) VALUES ('gap-1', 'renamed-away', 3, 9, 6, ?)", System.currentTimeMillis()));

        CommandLineRun consumed = commands.run("groups", "forget", "renamed-away");
        assertThat(consumed.exitCode()).isEqualTo(5);
        assertThat(consumed.err()).contains("group-consumed", "remove or stop that route first");
        assertThat(group("renamed-away").path("running").asBoolean()).isTrue();

        hub.context().getRouteController().stopRoute("renamed");
        JsonNode left = group("renamed-away");
        assertThat(left.path("running").asBoolean(true)).isFalse();
        assertThat(left.path("gaps")).singleElement().satisfies(gap -> {
            assertThat(gap.path("after").asLong()).isEqualTo(3);
            assertThat(gap.path("last").asLong()).isEqualTo(9);
            assertThat(gap.path("lost").asLong()).isEqualTo(6);
        });
        assertThat(commands.run("groups", "list").out()).containsPattern("renamed-away +\\d+ +\\d+ +0 +6 +false");

        String reader = commands.json("tokens", "create", "group-reader", "--role", "read").path("secret").asText();
        assertThat(commands.run("groups", "forget", "renamed-away", "--token", reader).err()).contains("role-missing");
        assertThat(commands.json("groups", "forget", "renamed-away").path("forgot").asText()).isEqualTo("renamed-away");
        assertThat(commands.json("groups", "list").path("groups").findValuesAsText("name")).contains("recorder").doesNotContain("renamed-away");
        assertThat(commands.run("groups", "forget", "renamed-away").err()).contains("no-such-group");
    }

    private static JsonNode group(String name) throws Exception {
        for (JsonNode group : commands.json("groups", "list").path("groups")) {
            if (group.path("name").asText().equals(name)) {
                return group;
            }
        }
        throw new AssertionError("no group " + name);
    }

    @Test
    void whatIsSentInTheNameOfAProviderIsVerifiedAsItsWebhook() throws Exception {
        Channels channels = hub.bean("channels", Channels.class);
        byte[] body = ("{\"webhookTimestamp\":" + System.currentTimeMillis() + "}").getBytes(StandardCharsets.UTF_8);
        List<String> expected = new ArrayList<>();
        for (WebhookSigner.Provider provider : WebhookSigner.Provider.values()) {
            String channel = "sent-" + provider;
            String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            channels.define(channels.draft(channel).withSenders(provider.toString(), List.of(Secret.of(secret)), false));
            HttpRequest.Builder post = HttpRequest.newBuilder(hub.uri("/" + channel)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
            new WebhookSigner(provider, secret).headers("push", "d-1", Instant.now(), body).forEach(post::setHeader);

            HttpResponse<String> answer = HttpClient.newHttpClient().send(post.build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).as("%s: %s", provider, answer.body()).isBetween(200, 202);
            expected.add(provider + ":" + channel);
        }
        assertThat(commands.json("events", "list", "--text", "sent-").path("events").findValuesAsText("verified"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void anEventOfAnOpenChannelIsSentAgainOnlyWithATokenUnlessTheSettingsSayOtherwise() throws Exception {
        String id = send("again", "{}", "push");
        String position = commands.json("events", "show", id).path("position").asText();
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri("/replay/again?position=" + position))
                .POST(HttpRequest.BodyPublishers.noBody());

        HttpResponse<String> stranger = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> operator = HttpClient.newHttpClient().send(request.header("Authorization",
                "Bearer " + Files.readString(folder.resolve("data/token")).trim()).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.headers().firstValue("www-authenticate")).isPresent();
        assertThat(operator.statusCode()).as(operator.body()).isEqualTo(202);
    }

    private static String payload() throws Exception {
        return Files.writeString(folder.resolve("payload.json"), "{}").toString();
    }

    @Test
    void aHubWhoseCertificateDoesNotNameThisMachineIsReachedWhenAnyIsTaken() throws Exception {
        TlsPair pair = TlsPair.make(folder, "elsewhere");
        Path certificate = pair.writeCertificate(folder.resolve("tls.crt"));
        Path key = Files.writeString(folder.resolve("tls.key"), pair.key());
        Path data = folder.resolve("secure");
        try (HubFixture secure = HubFixture.start(data, "waystation.http.tls-certificate", certificate.toString(),
                "waystation.http.tls-key", key.toString())) {
            CommandLineRun strict = CommandLineRun.of("channels", "list", "--data", data.toString());
            CommandLineRun insecure = CommandLineRun.of("channels", "list", "--data", data.toString(), "--insecure");
            CommandLineRun sent = CommandLineRun.of("send", "https://127.0.0.1:" + secure.port() + "/over-tls", "--payload", payload(), "--insecure");

            assertThat(strict.exitCode()).isEqualTo(4);
            assertThat(strict.err().lines()).singleElement().asString().contains("--insecure takes any");
            assertThat(insecure.exitCode()).as(insecure.err()).isZero();
            assertThat(sent.exitCode()).as(sent.err()).isZero();
        }
    }

    @Test
    void aBackupOfTheRunningHubIsADataFolderAHubStartsFrom() throws Exception {
        String id = send("kept", "{\"kept\":true}", "push");
        Path restored = folder.resolve("restored");

        CommandLineRun backup = commands.run("backup", restored.toString());

        assertThat(backup.exitCode()).as(backup.err()).isZero();
        try (HubFixture second = HubFixture.start(restored)) {
            CommandLineRun show = CommandLineRun.of("events", "show", id, "--json", "--data", restored.toString());
            assertThat(show.exitCode()).as(show.err()).isZero();
            assertThat(JSON.readTree(show.out()).path("body").asText()).isNotEmpty();
        }
    }
}
