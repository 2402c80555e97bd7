package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;

/** Where somebody switches JMX on, every route is there to be looked at with jconsole or Hawtio. */
class JmxTest {
    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

    @TempDir
    private Path folder;

    private static ObjectName route(String id) throws Exception {
        return new ObjectName("org.apache.camel:context=waystation,type=routes,name=\"" + id + "\"");
    }

    private long completed(String route) throws Exception {
        try {
            return (Long) beans.getAttribute(route(route), "ExchangesCompleted");
        } catch (InstanceNotFoundException absent) {
            return -1;
        }
    }

    @Test
    void showsWhatEachRouteDid() throws Exception {
        try (HubFixture hub = HubFixture.start(folder, "camel.main.jmxEnabled", "true")) {
            assertThat(completed("channels")).isZero();
            assertThat(beans.getAttribute(route("relay"), "Description")).asString().startsWith("Sends every new event");

            HttpRequest post = HttpRequest.newBuilder(hub.uri("/shop")).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
            assertThat(HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(202);

            Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(completed("channels")).isEqualTo(1);
                assertThat(completed("relay")).isPositive();
                assertThat(completed("recorder")).isPositive();
            });
        }
        assertThat(beans.isRegistered(route("channels"))).isFalse();
    }

    @Test
    void isOffUnlessSomebodyWantsIt() throws Exception {
        try (HubFixture hub = HubFixture.start(folder)) {
            assertThat(hub.context().isStarted()).isTrue();
            assertThat(completed("channels")).isNegative();
        }
    }
}
