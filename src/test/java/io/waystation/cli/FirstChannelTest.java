package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.channel.Channels;
import io.waystation.settings.LayeredSettings;

class FirstChannelTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern CURL = Pattern.compile("-H 'X-Hub-Signature-256: ([^']+)' -d '([^']+)' (\\S+)");

    @TempDir
    Path data;

    private static Properties profile(String name) {
        return LayeredSettings.merge(Optional.ofNullable(name), Optional.empty(), Map.of(), new Properties(), Map.of());
    }

    @Test
    void takesTheSignedWebhookItPrintsAndShowsItToSmeeGosmeeAndBrowsers() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            String printed = FirstChannel.of(data, hub.bean("channels", Channels.class)).orElseThrow()
                    .describe(hub.uri("").toString(), data, Optional.of(data));
            Matcher curl = CURL.matcher(printed);
            assertThat(curl.find()).as(printed).isTrue();
            URI channel = URI.create(curl.group(3));

            try (EventStream smee = EventStream.open(channel);
                    EventStream gosmee = EventStream.open(hub.uri("/events" + channel.getPath()));
                    EventStream page = EventStream.open(hub.uri("/stream" + channel.getPath()))) {
                assertThat(smee.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");
                assertThat(page.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");
                assertThat(gosmee.status()).isEqualTo(200);
                HttpRequest.Builder post = HttpRequest.newBuilder(channel).header("X-GitHub-Event", "ping")
                        .header("Content-Type", "application/json").POST(BodyPublishers.ofString(curl.group(2)));

                assertThat(CLIENT.send(post.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(401);
                assertThat(CLIENT.send(post.header("X-Hub-Signature-256", curl.group(1)).build(), BodyHandlers.ofString())
                        .statusCode()).isEqualTo(202);
                assertThat(smee.next(Patience.SOON).orElseThrow().data()).contains("zen");
                assertThat(page.next(Patience.SOON).orElseThrow().data()).contains("\"verified\":\"github:");
            }
        }
    }

    @Test
    void saysWhatWaystationIsWhereNoneIsInstalled() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            FirstChannel channel = FirstChannel.of(data, hub.bean("channels", Channels.class)).orElseThrow();

            assertThat(channel.describe("http://h", data, Optional.empty())).contains("waystation client", "(waystation is target/waystation/bin/waystation, made by mvn verify)");
            assertThat(channel.describe("http://h", data, Optional.of(data))).contains("waystation client").doesNotContain("mvn");
        }
    }

    @Test
    void isNotMadeWhereTheHubServesMoreThanOnePerson() {
        assertThat(profile("prod").getProperty("waystation.first-channel")).isEqualTo("false");
        assertThat(profile(null).getProperty("waystation.first-channel")).isEqualTo("true");
    }
}
