package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubHome;
import io.waystation.HubProcess;

/** A hub that is told everything by its environment. */
class EnvironmentTest {
    private static final String SECRET = "It's a Secret to Everybody";
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @Test
    void channelsAndTheParametersOfSourcesComeFromTheEnvironment() throws Exception {
        HubHome home = HubHome.in(folder).source("acme", "'{{acme.secrets}}'");
        Files.writeString(home.path().resolve("application.properties"), """
                acme.secrets=env:NOT_THIS_ONE
                waystation.channels.Upper_Case.open=true
                """);
        try (HubProcess hub = new HubProcess(folder.resolve("data"), home.path(), "waystation.channels.given.response", "202")
                .environment("HOOK", SECRET)
                .environment("WAYSTATION_CHANNELS_MY_CHANNEL_SECRETS", "env:HOOK")
                .environment("WAYSTATION_CHANNELS_MY_CHANNEL_RESPONSE", "200")
                .environment("WAYSTATION_CHANNELS_UPPER_CASE_RESPONSE", "200")
                .environment("WAYSTATION_CHANNELS_GIVEN_OPEN", "true")
                .environment("WAYSTATION_CHANNELS_GIVEN_RESPONSE", "200")
                .environment("WAYSTATION_CHANNELS_OPEN", "false")
                .environment("ACME_SECRETS", "env:HOOK").start()) {
            assertThat(post(hub, "/my-channel", true)).isEqualTo(200);
            assertThat(post(hub, "/my-channel", false)).isEqualTo(401);
            assertThat(post(hub, "/Upper_Case", false)).isEqualTo(200);
            assertThat(post(hub, "/given", false)).as("the command line wins").isEqualTo(202);
            assertThat(post(hub, "/nobody-defined", false)).isEqualTo(404);
            assertThat(post(hub, "/webhook/acme", true)).isEqualTo(202);
            assertThat(post(hub, "/webhook/acme", false)).isEqualTo(401);
        }
    }

    @Test
    void theCommandLineWinsOverVariablesOfCamelsSettingsToo() throws Exception {
        try (HubProcess hub = new HubProcess(folder.resolve("data"), "camel.main.name", "given")
                .environment("CAMEL_MAIN_NAME", "surrounding").start()) {
            HttpRequest metrics = HttpRequest.newBuilder(hub.uri("/observe/metrics"))
                    .header("Authorization", "Bearer " + Files.readString(hub.data().resolve("token")).trim()).build();
            assertThat(HttpClient.newHttpClient().send(metrics, HttpResponse.BodyHandlers.ofString()).body())
                    .contains("camelContext=\"given\"").doesNotContain("surrounding");
        }
    }

    private static int post(HubProcess hub, String path, boolean signed) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
                .header("X-GitHub-Event", "push");
        if (signed) {
            request.header("X-Hub-Signature-256", "sha256=" + new HmacUtils(HmacAlgorithms.HMAC_SHA_256, SECRET).hmacHex(BODY));
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
