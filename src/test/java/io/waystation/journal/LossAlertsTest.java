package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import io.waystation.HubFixture;
import io.waystation.HubHome;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loss is told to the route that engineers edit. */
class LossAlertsTest {
    @TempDir
    Path folder;

    @Test
    void aLossReachesTheAlertRouteWithItsCodeAndNumbers() throws Exception {
        HubHome home = HubHome.in(folder).route("alerts.camel.yaml", """
                - route:
                    id: alerts
                    description: Tells the test
                    from:
                      uri: direct:alert
                      steps:
                        - to: mock:operator
                """);
        try (HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()),
                "waystation.log.segment-size", "1MiB", "waystation.log.max-size", "2MiB")) {
            MockEndpoint operator = hub.context().getEndpoint("mock:operator", MockEndpoint.class);
            Journal journal = hub.bean("journal", Journal.class);
            journal.pin("group:behind", 0);
            Random random = new Random(7);

            await().until(() -> {
                journal.append(TestEvents.unverified("e" + random.nextLong(), "c").body(noise(random)).build(), Runnable::run).join();
                journal.retain();
                return operator.getReceivedCounter() > 0;
            });

            Map<String, Object> headers = operator.getExchanges().get(0).getMessage().getHeaders();
            assertThat(headers).containsEntry(LossAlerts.CODE, "events-lost").containsEntry("CamelWaystationAlertFirst", 1L);
            assertThat((String) headers.get("CamelWaystationAlertReaders")).contains("group:behind");
            assertThat(operator.getExchanges().get(0).getMessage().getBody(String.class)).contains("waystation.log.max-size");
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[400_000];
        random.nextBytes(bytes);
        return bytes;
    }
}
