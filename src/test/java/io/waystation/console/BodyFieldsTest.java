package io.waystation.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.waystation.HubFixture;

/** A misspelt field of a request's body is refused and nothing is done: without it the request would mean something else. */
class BodyFieldsTest {
    @TempDir
    private static Path folder;
    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(hub.uri(path)).POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + Files.readString(folder.resolve("data/token")).trim()).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '#', value = {
        "/api/tokens; {'name':'brief','roles':['read'],'lifetime':'5s'}; expiresIn",
        "/api/events/replay; {'chanel':'shop','type':'*'}; channel",
        "/api/events/replay; {'type':'*','dryrun':true}; dryRun",
        "/api/work/items/1/cancel; {'raeson':'x'}; reason",
        "/api/fleet/nats/halt; {'raeson':'x'}; reason",
        "/api/endpoints/ep_1/pause; {'raeson':'x'}; reason",
        "/api/endpoints/ep_1/rotate; {'secrets':'x'}; secret"})
    void isRefused(String path, String body, String meant) throws Exception {
        HttpResponse<String> answer = post(path, body.replace('\'', '"'));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("unknown-field", meant);
    }

    @ParameterizedTest
    @CsvSource({"yes", "1"})
    void aDryRunIsSaidWithTrueOrFalse(String dryRun) throws Exception {
        HttpResponse<String> answer = post("/api/events/replay", "{\"type\":\"*\",\"dryRun\":\"" + dryRun + "\"}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid-parameter", "dryRun");
    }
}
