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
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.TlsPair;
import io.waystation.channel.Channels;
import io.waystation.journal.Journal;
import io.waystation.journal.TestEvents;
import io.waystation.settings.Secret;
import io.waystation.store.Store;

/** Every command about a hub, against a real one. */
class HubCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;
    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"), "waystation.channels.settled.provider", "github",
                "waystation.channels.settled.secrets", "env:PATH", "waystation.channels.settled.readers", "env:PATH,env:PATH",
                "waystation.channels.settled.retention", "36h", "waystation.channels.settled.response", "200",
                "waystation.channels.settled.events-per-second", "0.5", "waystation.channels.settled.burst", "7",
                "waystation.channels.settled.bytes-per-day", "3MiB", "waystation.channels.settled.subscribers", "9",
                "waystation.channels.settled.keep-credentials", "true");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static CommandLineRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--data");
        all.add(folder.resolve("data").toString());
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    private static JsonNode json(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        CommandLineRun run = run(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    private static String send(String channel, String payload, String event) throws Exception {
        Path file = Files.writeString(folder.resolve(channel + ".json"), payload);
        CommandLineRun run = CommandLineRun.of("send", hub.uri("/" + channel).toString(), "--payload", file.toString(),
                "--event", event, "-H", "X-Gitlab-Token=s3cret");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return json("events", "list", "--channel", channel).path("events").get(0).path("id").asText();
    }

    @Test
    void aSentPayloadIsListedShownAndHandedOutByteForByte() throws Exception {
        String id = send("shown", "{\"zen\":  \"Keep it logically awesome.\"}", "ping");

        JsonNode event = json("events", "show", id, "--body-to", folder.resolve("body").toString());

        assertThat(event.path("channel").asText()).isEqualTo("shown");
        assertThat(event.path("accepted")).as("the same in both").isEqualTo(json("events", "list", "--channel", "shown").path("events").get(0).path("accepted"));
        assertThat(run("events", "show", id).out()).contains("body (base64): eyJ6ZW4iOi");
        assertThat(run("events", "show", id, "--body-to", folder.resolve("body").toString()).out())
                .contains("body: 38 bytes, written to " + folder.resolve("body")).doesNotContain("eyJ6ZW4iOi");
        assertThat(event.path("verified").asText()).isEqualTo("none");
        assertThat(event.path("headers").path("x-github-event").get(0).asText()).isEqualTo("ping");
        assertThat(event.toString()).doesNotContain("s3cret");
        assertThat(folder.resolve("body")).hasContent("{\"zen\":  \"Keep it logically awesome.\"}");
    }

    @Test
    void listsByWhatEventsHaveInCommonAndPagesOn() throws Exception {
        for (int i = 0; i < 5; i++) {
            send("paged", "{\"n\":" + i + "}", "push");
        }

        JsonNode first = json("events", "list", "--channel", "paged", "--limit", "3");
        JsonNode second = json("events", "list", "--channel", "paged", "--limit", "3", "--before", first.path("next").asText());

        assertThat(first.path("events")).hasSize(3);
        assertThat(second.path("events")).hasSize(2);
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(json("events", "list", "--channel", "paged", "--since", "1h", "--verified", "false").path("events")).hasSize(5);
        assertThat(json("events", "list", "--channel", "paged", "--verified", "true").path("events")).isEmpty();
        assertThat(json("events", "list", "--text", "PAGED").path("events")).hasSize(5);
    }

    @Test
    void findsEventsInTheIndexAsInTheLog() throws Exception {
        String id = send("indexed", "{}", "push");
        Awaitility.await().until(() -> json("groups", "list").path("groups").findValues("lag")
                .stream().allMatch(lag -> lag.asLong() == 0));

        assertThat(json("events", "show", id).path("id").asText()).isEqualTo(id);
        assertThat(json("events", "list", "--channel", "indexed").path("events")).hasSize(1);
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

            CommandLineRun unknown = run("events", "show", "no-such-id");

            assertThat(unknown.exitCode()).isEqualTo(5);
            assertThat(unknown.err()).contains("index-behind", "ask by position");
            assertThat(json("events", "list", "--channel", "flood").path("events")).hasSize(50);
        } finally {
            hub.context().getRouteController().startRoute("recorder");
        }
        Awaitility.await().until(() -> run("events", "show", "no-such-id").err().contains("no-such-event"));
    }

    @Test
    void aReplayIsANewEventThatNamesTheFirst() throws Exception {
        String id = send("replayed", "{\"a\":1}", "push");

        JsonNode answer = json("events", "replay", id, "--into", "elsewhere");
        JsonNode again = json("events", "show", answer.path("position").asText());

        assertThat(again.path("replayOf").asText()).isEqualTo(id);
        assertThat(again.path("channel").asText()).isEqualTo("elsewhere");
        assertThat(again.path("id").asText()).isNotEqualTo(id);
    }

    @Test
    void aDryRunReplaysNothing() throws Exception {
        send("dry", "{}", "push");

        JsonNode answer = json("events", "replay", "--channel", "dry", "--dry-run");
        String id = answer.path("events").get(0).path("id").asText();
        assertThat(run("events", "replay", "--channel", "dry", "--dry-run").out().lines()).hasSize(3)
                .first().asString().startsWith("POSITION").contains("ACCEPTED", "TYPE");
        assertThat(run("events", "replay", "--channel", "dry", "--dry-run").out())
                .contains(run("events", "list", "--channel", "dry").out().lines().skip(1).toList().get(0)).endsWith("would replay 1 event\n");
        assertThat(run("events", "replay", id, "--dry-run").out()).contains(id, "com.github.push").endsWith("would replay 1 event\n");

        assertThat(answer.path("events")).hasSize(1);
        assertThat(json("events", "list", "--channel", "dry").path("events")).hasSize(1);
        assertThat(run("events", "replay", "--channel", "dry").exitCode()).isZero();
        assertThat(json("events", "list", "--channel", "dry").path("events")).hasSize(2);
    }

    @Test
    void aDryRunOfOneEventReplaysNothingEither() throws Exception {
        String id = send("dry-one", "{}", "push");

        JsonNode answer = json("events", "replay", id, "--dry-run");

        assertThat(answer.path("channel").asText()).isEqualTo("dry-one");
        assertThat(json("events", "list", "--channel", "dry-one").path("events")).hasSize(1);
        assertThat(run("events", "replay", id, "--into", "other", "--to", hub.uri("/x").toString()).exitCode()).isEqualTo(2);
    }

    @Test
    void aReplayToAnAddressBringsTheQueryAlong() throws Exception {
        Path payload = Files.writeString(folder.resolve("queried.json"), "{}");
        assertThat(CommandLineRun.of("send", hub.uri("/queried?a=6&b=x%20y").toString(), "--payload", payload.toString()).exitCode()).isZero();
        String id = json("events", "list", "--channel", "queried").path("events").get(0).path("id").asText();
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
            json("events", "replay", id, "--to", address + "/to");
            json("events", "replay", id, "--to", address + "/to/?own=1#part");
        } finally {
            target.stop(0);
        }

        assertThat(received).containsExactly("/to?a=6&b=x%20y", "/to/?own=1&a=6&b=x%20y");
    }

    @Test
    void theTokenOfADataFolderGoesToNoOtherAddress() throws Exception {
        CommandLineRun elsewhere = run("events", "list", "--url", "http://192.0.2.1:3333");
        CommandLineRun here = run("events", "list", "--url", hub.uri("").toString());

        assertThat(elsewhere.exitCode()).isEqualTo(2);
        assertThat(elsewhere.err()).contains("no token");
        assertThat(here.exitCode()).as(here.err()).isZero();
    }

    @Test
    void aTokenDoesWhatItsRolesAllowAndNoMore() throws Exception {
        String secret = json("tokens", "create", "reader", "--role", "read").path("secret").asText();

        CommandLineRun list = run("events", "list", "--token", secret);
        CommandLineRun tokens = run("tokens", "list", "--token", secret);
        CommandLineRun revoke = run("tokens", "revoke", "reader");
        CommandLineRun after = run("events", "list", "--token", secret);

        assertThat(list.exitCode()).isZero();
        assertThat(tokens.exitCode()).isEqualTo(5);
        assertThat(tokens.err()).contains("role-missing");
        assertThat(revoke.exitCode()).isZero();
        assertThat(after.exitCode()).isEqualTo(5);
        assertThat(after.err()).contains("token-required");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThat(run("events", "show", "no-such-id").exitCode()).isEqualTo(5);
        assertThat(run("events", "show", "no-such-id").err()).contains("no-such-event");
        assertThat(run("dead-letters", "requeue", "nothing").err()).contains("no-such-dead-letter");
        assertThat(run("tokens", "revoke", "nobody").err()).contains("no-such-token");
        assertThat(run("events", "list", "--since", "yesterday").err()).contains("invalid-parameter");
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
        assertThat(json("dead-letters", "list").path("deadLetters").isArray()).isTrue();
        assertThat(json("channels", "list").path("channels").isArray()).isTrue();
        assertThat(json("channels", "show", "anything").path("origin").asText()).isEqualTo("anonymous");
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

        CommandLineRun consumed = run("groups", "forget", "renamed-away");
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
        assertThat(run("groups", "list").out()).containsPattern("renamed-away +\\d+ +\\d+ +0 +6 +false");

        String reader = json("tokens", "create", "group-reader", "--role", "read").path("secret").asText();
        assertThat(run("groups", "forget", "renamed-away", "--token", reader).err()).contains("role-missing");
        assertThat(json("groups", "forget", "renamed-away").path("forgot").asText()).isEqualTo("renamed-away");
        assertThat(json("groups", "list").path("groups").findValuesAsText("name")).contains("recorder").doesNotContain("renamed-away");
        assertThat(run("groups", "forget", "renamed-away").err()).contains("no-such-group");
    }

    private static JsonNode group(String name) throws Exception {
        for (JsonNode group : json("groups", "list").path("groups")) {
            if (group.path("name").asText().equals(name)) {
                return group;
            }
        }
        throw new AssertionError("no group " + name);
    }

    @Test
    void aChannelIsDefinedAndRemovedAndItsSecretIsNeverShown() throws Exception {
        JsonNode defined = json("channels", "set", "signed", "--secret-env", "PATH", "--provider", "github", "--retention", "7d");
        CommandLineRun unsigned = CommandLineRun.of("send", hub.uri("/signed").toString(), "--payload", payload());
        CommandLineRun signed = CommandLineRun.of("send", hub.uri("/signed").toString(), "--payload", payload(), "--secret-env", "PATH");

        assertThat(defined.path("secrets").asInt()).isEqualTo(1);
        assertThat(defined.toString()).doesNotContain(System.getenv("PATH"));
        assertThat(unsigned.exitCode()).isEqualTo(5);
        assertThat(signed.exitCode()).as(signed.err()).isZero();
        assertThat(json("events", "list", "--channel", "signed", "--verified", "true").path("events")).hasSize(1);
        assertThat(run("channels", "remove", "signed").exitCode()).isZero();
        JsonNode removed = json("channels", "show", "signed");
        assertThat(removed.path("origin").asText()).as("only sources post, and only tokens read what it has kept").isEqualTo("source");
        assertThat(removed.path("secrets").asInt()).isZero();
    }

    @Test
    void everyRuleOfAChannelIsSetByCommandAsBySettingsAndShown() throws Exception {
        JsonNode set = json("channels", "set", "ruled", "--provider", "github", "--secret-env", "PATH", "--reader-env", "PATH",
                "--reader-env", "PATH", "--retention", "36h", "--response", "200", "--events-per-second", "0.5", "--burst", "7",
                "--bytes-per-day", "3MiB", "--subscribers", "9", "--keep-credentials");
        JsonNode settled = json("channels", "show", "settled");

        ((ObjectNode) settled).put("name", "ruled").put("origin", "api");
        assertThat(set).as("what the settings say, said by options").isEqualTo(settled);
        assertThat(json("channels", "show", "ruled")).isEqualTo(set);
        assertThat(json("channels", "list").path("channels")).contains(set);
        JsonNode plain = json("channels", "show", "plain");
        assertThat(settled.fieldNames()).toIterable().as("each rule has a value of its own here")
                .filteredOn(rule -> settled.path(rule).equals(plain.path(rule))).containsExactly("subscribers"); // a count, no rule
        assertThat(run("channels", "list").out()).contains("0.5/s, burst 7, 3MiB/day, 9 subscribers", "kept");

        assertThat(json("channels", "set", "ruled", "--events-per-second", "1000").path("quota").path("burst").asInt())
                .as("goes with the rate where it is not given").isEqualTo(2000);

        JsonNode bare = json("channels", "set", "ruled", "--no-secrets", "--no-readers", "--open", "--open-readers", "--retention", "",
                "--events-per-second", "0", "--bytes-per-day", "0", "--subscribers", "0", "--no-keep-credentials");
        assertThat(bare.path("secrets").asInt() + bare.path("readers").asInt()).isZero();
        assertThat(bare.path("open").asBoolean() && bare.path("openReaders").asBoolean()).isTrue();
        assertThat(bare.path("retention").isNull()).isTrue();
        assertThat(bare.path("keepCredentials").asBoolean()).isFalse();
        assertThat(bare.path("quota").path("bytesPerDay").asLong()).isZero();
    }

    @Test
    void aRuleOfAChannelThatCannotBeIsRefusedByItsName() {
        assertThat(run("channels", "set", "odd", "--burst", "-1").err()).contains("invalid-parameter", "quota.burst");
        assertThat(run("channels", "set", "odd", "--events-per-second", "NaN").err()).contains("quota.eventsPerSecond");
        assertThat(run("channels", "set", "odd", "--retention", "0").err()).contains("retention must be at least 1s");
        assertThat(run("channels", "set", "odd", "--retention", "7").err()).contains("invalid-parameter", "retention must be", "unit", "7d");
        assertThat(run("channels", "set", "odd", "--retention", "999ms").err()).contains("retention must be at least 1s");
        CommandLineRun size = run("channels", "set", "odd", "--bytes-per-day", "lots");
        assertThat(size.err()).contains("--bytes-per-day must be a size");
        assertThat(size.exitCode()).isEqualTo(2);
        CommandLineRun unsigned = run("channels", "set", "odd", "--provider", "none", "--secret-env", "PATH");
        assertThat(unsigned.err()).contains("channel odd cannot be defined so", "none checks no signatures").doesNotContain("source", "start");
        assertThat(run("channels", "set", "odd", "--secret-env", "PATH", "--no-secrets").exitCode()).isEqualTo(2);
        assertThat(run("channels", "set", "settled", "--burst", "8").err()).contains("defined-in-settings");
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
        assertThat(json("events", "list", "--text", "sent-").path("events").findValuesAsText("verified"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aNewChannelIsClosedAndIsOpenedToSendersAndToReadersApart() throws Exception {
        JsonNode closed = json("channels", "set", "closed", "--retention", "7d");
        JsonNode inbox = json("channels", "set", "inbox", "--open");
        JsonNode news = json("channels", "set", "news", "--open-readers");
        CommandLineRun refused = CommandLineRun.of("send", hub.uri("/closed").toString(), "--payload", payload());
        CommandLineRun taken = CommandLineRun.of("send", hub.uri("/inbox").toString(), "--payload", payload());

        assertThat(closed.path("open").asBoolean()).isFalse();
        assertThat(closed.path("openReaders").asBoolean()).isFalse();
        assertThat(inbox.path("open").asBoolean()).isTrue();
        assertThat(inbox.path("openReaders").asBoolean()).isFalse();
        assertThat(news.path("openReaders").asBoolean()).isTrue();
        assertThat(refused.err()).contains("sources-only");
        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(json("channels", "set", "inbox", "--secret-env", "PATH").path("open").asBoolean()).isFalse();
        assertThat(run("channels", "set", "inbox", "--open").err()).contains("invalid-channel");
        assertThat(status("/stream/closed")).isEqualTo(401);
        assertThat(status("/stream/inbox")).isEqualTo(401);
        assertThat(status("/stream/news")).isEqualTo(200);
    }

    @Test
    void anEventOfAnOpenChannelIsSentAgainOnlyWithATokenUnlessTheSettingsSayOtherwise() throws Exception {
        String id = send("again", "{}", "push");
        String position = json("events", "show", id).path("position").asText();
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri("/replay/again?position=" + position))
                .POST(HttpRequest.BodyPublishers.noBody());

        HttpResponse<String> stranger = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> operator = HttpClient.newHttpClient().send(request.header("Authorization",
                "Bearer " + Files.readString(folder.resolve("data/token")).trim()).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.headers().firstValue("www-authenticate")).isPresent();
        assertThat(operator.statusCode()).as(operator.body()).isEqualTo(202);
    }

    private static int status(String path) throws Exception {
        try (EventStream stream = EventStream.open(hub.uri(path))) {
            return stream.status();
        }
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

        CommandLineRun backup = run("backup", restored.toString());

        assertThat(backup.exitCode()).as(backup.err()).isZero();
        try (HubFixture second = HubFixture.start(restored)) {
            CommandLineRun show = CommandLineRun.of("events", "show", id, "--json", "--data", restored.toString());
            assertThat(show.exitCode()).as(show.err()).isZero();
            assertThat(JSON.readTree(show.out()).path("body").asText()).isNotEmpty();
        }
    }
}
