package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.waystation.OutsideTool;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub signs is accepted by the libraries that receivers use, in a process of their own, for every style. */
class VerifiersTest {
    private static final Path FOLDER = Path.of("src", "test", "npm");
    private static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8));
    private static final String OLD = "whsec_" + Base64.getEncoder().encodeToString("an older secret of 32 bytes long".getBytes(StandardCharsets.UTF_8));
    /** Seed and public key of the vector that the specification's own repository publishes. */
    private static final String PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    private static final String PUBLIC = "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    private static final Map<String, String> STYLES = Map.of("/standardwebhooks", "standard-webhooks", "/standardwebhooks-old",
            "standard-webhooks", "/svix", "standard-webhooks", "/octokit", "github", "/octokit-old", "github",
            "/stripe", "stripe", "/stripe-old", "stripe", "/slack", "slack", "/edge", "edge", "/v1a", "standard-webhooks");

    @TempDir
    Path folder;

    @Test
    void acceptEveryDeliveryInEveryStyleAlsoWhileSecretsRotate() throws Exception {
        OutsideTool.required("node");
        boolean installed = Files.isDirectory(FOLDER.resolve("node_modules/stripe"));
        assertThat(installed || !Boolean.parseBoolean(System.getenv("CI"))).as("npm ci in " + FOLDER + " was run").isTrue();
        Assumptions.assumeTrue(installed, "run npm ci in " + FOLDER);
        Process node = new ProcessBuilder("node", FOLDER.resolve("verify.mjs").toString(), SECRET, OLD, PUBLIC)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = node.inputReader(); DeliveryScene scene = new DeliveryScene(folder.resolve("data"))) {
            String port = lines.readLine().replace("ready ", "");
            for (Map.Entry<String, String> style : STYLES.entrySet()) {
                scene.endpoint("http://127.0.0.1:" + port + style.getKey(), "\"signatures\":[\"" + style.getValue() + "\"]",
                        "\"secrets\":[\"" + SECRET + "\",\"" + OLD + "\"" + (style.getKey().equals("/v1a") ? ",\"" + PRIVATE + "\"" : "") + "]",
                        "\"retry\":\"none\"", "\"signer\":\"" + (style.getKey().endsWith("-old") ? "oldest" : "newest") + "\"");
            }
            List<String> bodies = List.of("{\"text\":\"gr\u00fc\u00df dich \u2713\"}", "{ \"spaced\" :  1.0 }", "{\"long\":\"" + "x".repeat(100_000) + "\"}");

            for (String body : bodies) {
                scene.post("push", body);
            }

            Awaitility.await().until(() -> scene.deliveries("limit=1000&state=succeeded").size()
                    + scene.deliveries("limit=1000&state=dead").size() == bodies.size() * STYLES.size());
            for (JsonNode dead : scene.deliveries("limit=1000&state=dead")) {
                JsonNode endpoint = scene.call("GET", "/api/endpoints/" + dead.path("endpoint").asText(), null);
                assertThat(dead).as(endpoint.path("url").asText() + " "
                        + scene.call("GET", "/api/deliveries/" + dead.path("id").asText(), null)).isNull();
            }
        } finally {
            node.destroy();
        }
    }
}
