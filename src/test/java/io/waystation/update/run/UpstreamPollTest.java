package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubProcess;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationFilter;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/** What no event told of is found all the same. */
class UpstreamPollTest {
    private static final String FOLLOW = """
            - route:
                id: follow
                description: Follows a channel of another hub
                from:
                  uri: sse:%s
                  parameters:
                    reconnectDelay: 100ms
                    maximumReconnectDelay: 200ms
                    reconnected: direct:upstreams-look
                  steps:
                    - to:
                        uri: kamelet:append-event-sink
            """;

    @TempDir
    private Path folder;
    private UpdateScene scene;

    @BeforeEach
    void begin() throws IOException {
        scene = new UpdateScene(folder).subsystem("nats").subsystem("arc");
    }

    @AfterEach
    void end() throws IOException {
        scene.close();
    }

    private HubFixture hub(String... settings) throws Exception {
        HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings(settings));
        await().untilAsserted(() -> {
            scene.assertManifestIsTrue("nats");
            scene.assertManifestIsTrue("arc");
            assertThat(operations(hub)).allMatch(operation -> operation.state().isEnd());
        });
        return hub;
    }

    private static List<Operation> operations(HubFixture hub) {
        return hub.bean(Operations.NAME, Operations.class).list(new OperationFilter("update", null, null, Set.of(), null, 100));
    }

    @Test
    void aPollFindsANewVersionAndALookThatFindsNothingLeavesNothingBehind() throws Exception {
        try (HubFixture hub = hub("waystation.update.poll", "true", "waystation.update.poll-period", "200ms",
                "waystation.update.quiet", "0s", "waystation.update.retry", "none")) {
            int before = operations(hub).size();
            scene.release("nats", "v1.1.0", "nats 1.1.0");

            await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.1.0"));
            scene.release("arc", "v1.1.0", "broken 1.1.0");
            await().untilAsserted(() -> assertThat(operations(hub)).filteredOn(operation -> operation.subject().equals("arc"))
                    .extracting(Operation::state).contains(OperationState.FAILED));

            int after = operations(hub).size();
            assertThat(after).as("one for each version, or one more for a look just then").isBetween(before + 2, before + 4);
            await().during(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(operations(hub)).hasSize(after));
            assertThat(scene.builds()).filteredOn(line -> line.contains("begin arc broken")).hasSize(1);
        }
    }

    @Test
    void aStreamThatWasLostAndIsBackLeadsToALookAtTheUpstreams() throws Exception {
        try (HubProcess upstream = new HubProcess(folder.resolve("upstream-hub"), "waystation.secrets.literal", "true",
                "waystation.channels.followed.secrets", "literal:followed", "waystation.channels.followed.open-readers", "true").start()) {
            scene.route("follow.camel.yaml", FOLLOW.formatted(upstream.uri("/followed")));
            try (HubFixture hub = hub()) {
                int before = operations(hub).size();
                upstream.kill();
                scene.release("nats", "v1.1.0", "nats 1.1.0");
                await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(operations(hub)).hasSize(before));

                upstream.start();

                await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.1.0"));
            }
        }
    }
}
