package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.Chromium;
import io.waystation.HubFixture;
import io.waystation.channel.ChannelName;

/** The live page as a person sees it, in a real browser. */
class LivePageInBrowserTest {
    private static final Duration SLOW_BROWSER = Duration.ofSeconds(60);
    private static final String HOSTILE = "{\"title\":\"</pre><script>document.title='owned'</script>"
            + "<img src=x onerror=document.title='owned'>\",\"link\":\"javascript:document.title='owned'\"}";

    @TempDir
    Path folder;

    private static void post(URI channel, String body, String event) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(channel).header("Content-Type", "application/json")
                .header("X-GitHub-Event", event).header("X-Hostile", "<img src=x onerror=document.title='owned'>")
                .POST(BodyPublishers.ofString(body)).build();
        assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
    }

    private static String text(Chromium browser, String id) {
        return browser.evaluate("document.getElementById('" + id + "').textContent");
    }

    @Test
    void showsTheAddressAndEventsLiveAndKeepsHostilePayloadsAsText() throws Exception {
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            URI channel = hub.uri("/" + ChannelName.random());

            browser.open(channel);

            await().atMost(SLOW_BROWSER).until(() -> text(browser, "state").equals("Listening"));
            assertThat(text(browser, "address")).isEqualTo(channel.toString());

            post(channel, HOSTILE, "<b>push</b>");
            await().atMost(SLOW_BROWSER).until(() -> text(browser, "count").equals("1"));
            assertThat(text(browser, "payload")).contains("<script>document.title='owned'</script>");
            assertThat(text(browser, "headers")).contains("onerror=document.title");
            assertThat(browser.evaluate("document.querySelectorAll('#detail img, #detail script, #list b').length")).isEqualTo("0");

            post(channel, "{\"n\":2}", "release");
            await().atMost(SLOW_BROWSER).until(() -> text(browser, "count").equals("2"));
            browser.evaluate("document.querySelector('#list button').click()");
            assertThat(text(browser, "detail-title")).isEqualTo("release");

            assertThat(browser.evaluate("document.title")).doesNotContain("owned").contains("Waystation");
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requests()).isNotEmpty().allMatch(url -> url.startsWith(hub.uri("/").toString()) || url.equals("about:blank"));
        }
    }

    @Test
    void asksForTheTokenOfAProtectedChannelAndShowsItThen() throws Exception {
        try (Chromium browser = Chromium.start(folder.resolve("profile"));
                HubFixture hub = HubFixture.start(folder.resolve("data"), "waystation.secrets.literal", "true",
                        "waystation.channels.ci.open", "true", "waystation.channels.ci.readers", "literal:let me in")) {
            browser.open(hub.uri("/ci"));
            await().atMost(SLOW_BROWSER).until(() -> browser.evaluate("document.getElementById('token-form').hidden").equals("false"));

            browser.evaluate("document.getElementById('token').value = 'let me in'; document.querySelector('#token-form button').click()");

            await().atMost(SLOW_BROWSER).until(() -> text(browser, "state").equals("Listening"));
            post(hub.uri("/ci"), "{\"n\":1}", "push");
            await().atMost(SLOW_BROWSER).until(() -> text(browser, "count").equals("1"));
        }
    }
}
