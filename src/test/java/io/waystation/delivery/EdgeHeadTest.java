package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at the head of an endpoint's stream. */
class EdgeHeadTest {
    @TempDir
    Path folder;

    @Test
    void whoAsksForTheHeadOfAStreamGetsItAndTakesNobodysPlace() throws Exception {
        try (DeliveryScene scene = new DeliveryScene(folder.resolve("data"))) {
            JsonNode endpoint = scene.call("POST", "/api/endpoints", "{\"pull\":true,\"name\":\"behind NAT\",\"types\":[\"com.github.push\"]}");
            try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
                scene.post("push", "{\"n\":1}");
                worker.awaitPulled(1);
                HttpResponse<Void> head = HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                        scene.hub().uri("/edge/" + endpoint.path("id").asText() + "/events"))
                        .header("Authorization", "Bearer " + endpoint.path("secret").asText()).method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
                        HttpResponse.BodyHandlers.discarding());
                assertThat(head.statusCode()).isEqualTo(200);
                assertThat(head.headers().firstValue("content-type")).hasValue("text/event-stream");
                scene.post("push", "{\"n\":2}");
                worker.awaitPulled(2);
                assertThat(worker.pulled().get(1).text()).as("on the stream that was there").isEqualTo("{\"n\":2}");
            }
        }
    }
}
