package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.relay.ScriptedServer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class ClientHealthTest extends ClientScene {
    @Test
    void isHealthyOnlyWhileEveryStreamIs() throws Exception {
        ScriptedServer away = new ScriptedServer((number, request, answer) -> answer.status("502 Bad Gateway"));
        open.add(away);
        DefaultCamelContext context = new DefaultCamelContext();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sse:" + away.address("/c") + "?reconnectDelay=20ms").routeId("away").log("got");
                from("sse:" + channel.address()).routeId("connected").log("got");
            }
        });
        ClientHealth health = ClientHealth.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), context, DeadLetters.of(folder));
        context.addService(health, true, true);
        open.add(0, context);
        context.start();
        URI address = URI.create("http://127.0.0.1:" + health.port() + "/health");

        await().untilAsserted(() -> {
            JsonNode both = new ObjectMapper().readTree(get(address).body());
            assertThat(both.path("streams").findValuesAsText("route")).containsExactly("away", "connected");
            assertThat(both.path("streams").findValuesAsText("status")).containsExactly("disconnected", "connected");
            assertThat(both.path("problem").asText()).contains("502");
        });
        assertThat(get(address).statusCode()).isEqualTo(503);
        context.getRouteController().stopRoute("away");
        context.removeRoute("away");
        HttpResponse<String> one = get(address);
        assertThat(one.statusCode()).isEqualTo(200);
        assertThat(one.body()).contains("\"status\":\"connected\"").doesNotContain("streams");
    }
}
