package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.EventStream;
import io.waystation.HubFixture;

/** {@code waystation channels ...} against a real hub. */
class ChannelCommandsTest {
    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static HubCommandLine commands;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"), "waystation.channels.settled.provider", "github",
                "waystation.channels.settled.secrets", "env:PATH", "waystation.channels.settled.readers", "env:PATH,env:PATH",
                "waystation.channels.settled.retention", "36h", "waystation.channels.settled.response", "200",
                "waystation.channels.settled.events-per-second", "0.5", "waystation.channels.settled.burst", "7",
                "waystation.channels.settled.bytes-per-day", "3MiB", "waystation.channels.settled.subscribers", "9",
                "waystation.channels.settled.keep-credentials", "true");
        commands = new HubCommandLine(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aChannelIsDefinedAndRemovedAndItsSecretIsNeverShown() throws Exception {
        JsonNode defined = commands.json("channels", "set", "signed", "--secret-env", "PATH", "--provider", "github", "--retention", "7d");
        CommandLineRun unsigned = CommandLineRun.of("send", hub.uri("/signed").toString(), "--payload", payload());
        CommandLineRun signed = CommandLineRun.of("send", hub.uri("/signed").toString(), "--payload", payload(), "--secret-env", "PATH");

        assertThat(defined.path("secrets").asInt()).isEqualTo(1);
        assertThat(defined.toString()).doesNotContain(System.getenv("PATH"));
        assertThat(unsigned.exitCode()).isEqualTo(5);
        assertThat(signed.exitCode()).as(signed.err()).isZero();
        assertThat(commands.json("events", "list", "--channel", "signed", "--verified", "true").path("events")).hasSize(1);
        assertThat(commands.run("channels", "remove", "signed").exitCode()).isZero();
        JsonNode removed = commands.json("channels", "show", "signed");
        assertThat(removed.path("origin").asText()).as("only sources post, and only tokens read what it has kept").isEqualTo("source");
        assertThat(removed.path("secrets").asInt()).isZero();
    }

    @Test
    void everyRuleOfAChannelIsSetByCommandAsBySettingsAndShown() throws Exception {
        JsonNode set = commands.json("channels", "set", "ruled", "--provider", "github", "--secret-env", "PATH", "--reader-env", "PATH",
                "--reader-env", "PATH", "--retention", "36h", "--response", "200", "--events-per-second", "0.5", "--burst", "7",
                "--bytes-per-day", "3MiB", "--subscribers", "9", "--keep-credentials");
        JsonNode settled = commands.json("channels", "show", "settled");

        ((ObjectNode) settled).put("name", "ruled").put("origin", "api");
        assertThat(set).as("what the settings say, said by options").isEqualTo(settled);
        assertThat(commands.json("channels", "show", "ruled")).isEqualTo(set);
        assertThat(commands.json("channels", "list").path("channels")).contains(set);
        JsonNode plain = commands.json("channels", "show", "plain");
        assertThat(settled.fieldNames()).toIterable().as("each rule has a value of its own here")
                .filteredOn(rule -> settled.path(rule).equals(plain.path(rule))).containsExactly("subscribers"); // a count, no rule
        assertThat(commands.run("channels", "list").out()).contains("0.5/s, burst 7, 3MiB/day, 9 subscribers", "kept");

        assertThat(commands.json("channels", "set", "ruled", "--events-per-second", "1000").path("quota").path("burst").asInt())
                .as("goes with the rate where it is not given").isEqualTo(2000);

        JsonNode bare = commands.json("channels", "set", "ruled", "--no-secrets", "--no-readers", "--open", "--open-readers", "--retention", "",
                "--events-per-second", "0", "--bytes-per-day", "0", "--subscribers", "0", "--no-keep-credentials");
        assertThat(bare.path("secrets").asInt() + bare.path("readers").asInt()).isZero();
        assertThat(bare.path("open").asBoolean() && bare.path("openReaders").asBoolean()).isTrue();
        assertThat(bare.path("retention").isNull()).isTrue();
        assertThat(bare.path("keepCredentials").asBoolean()).isFalse();
        assertThat(bare.path("quota").path("bytesPerDay").asLong()).isZero();
    }

    @Test
    void aRuleOfAChannelThatCannotBeIsRefusedByItsName() {
        assertThat(commands.run("channels", "set", "odd", "--burst", "-1").err()).contains("invalid-parameter", "quota.burst");
        assertThat(commands.run("channels", "set", "odd", "--events-per-second", "NaN").err()).contains("quota.eventsPerSecond");
        assertThat(commands.run("channels", "set", "odd", "--retention", "0").err()).contains("retention must be at least 1s");
        assertThat(commands.run("channels", "set", "odd", "--retention", "7").err()).contains("invalid-parameter", "retention must be", "unit", "7d");
        assertThat(commands.run("channels", "set", "odd", "--retention", "999ms").err()).contains("retention must be at least 1s");
        CommandLineRun size = commands.run("channels", "set", "odd", "--bytes-per-day", "lots");
        assertThat(size.err()).contains("--bytes-per-day must be a size");
        assertThat(size.exitCode()).isEqualTo(2);
        CommandLineRun unsigned = commands.run("channels", "set", "odd", "--provider", "none", "--secret-env", "PATH");
        assertThat(unsigned.err()).contains("channel odd cannot be defined so", "none checks no signatures").doesNotContain("source", "start");
        assertThat(commands.run("channels", "set", "odd", "--secret-env", "PATH", "--no-secrets").exitCode()).isEqualTo(2);
        assertThat(commands.run("channels", "set", "settled", "--burst", "8").err()).contains("defined-in-settings");
    }

    @Test
    void aNewChannelIsClosedAndIsOpenedToSendersAndToReadersApart() throws Exception {
        JsonNode closed = commands.json("channels", "set", "closed", "--retention", "7d");
        JsonNode inbox = commands.json("channels", "set", "inbox", "--open");
        JsonNode news = commands.json("channels", "set", "news", "--open-readers");
        CommandLineRun refused = CommandLineRun.of("send", hub.uri("/closed").toString(), "--payload", payload());
        CommandLineRun taken = CommandLineRun.of("send", hub.uri("/inbox").toString(), "--payload", payload());

        assertThat(closed.path("open").asBoolean()).isFalse();
        assertThat(closed.path("openReaders").asBoolean()).isFalse();
        assertThat(inbox.path("open").asBoolean()).isTrue();
        assertThat(inbox.path("openReaders").asBoolean()).isFalse();
        assertThat(news.path("openReaders").asBoolean()).isTrue();
        assertThat(refused.err()).contains("sources-only");
        assertThat(taken.exitCode()).as(taken.err()).isZero();
        assertThat(commands.json("channels", "set", "inbox", "--secret-env", "PATH").path("open").asBoolean()).isFalse();
        assertThat(commands.run("channels", "set", "inbox", "--open").err()).contains("invalid-channel");
        assertThat(status("/stream/closed")).isEqualTo(401);
        assertThat(status("/stream/inbox")).isEqualTo(401);
        assertThat(status("/stream/news")).isEqualTo(200);
    }

    private static int status(String path) throws Exception {
        try (EventStream stream = EventStream.open(hub.uri(path))) {
            return stream.status();
        }
    }

    private static String payload() throws Exception {
        return Files.writeString(folder.resolve("payload.json"), "{}").toString();
    }
}
