package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;

/**
 * Unmodified smee-client and eventsource while the hub is killed with {@code kill -9} and started again. Rounds come
 * from {@code -Dwaystation.faults}, five at most; the seed from {@code -Dfaults.seed}.
 */
class NpmClientsTest {
    private static final String SECRET = "npm-clients-secret";
    private static final int MOST_ROUNDS = 5;
    private static final int POSTS_PER_SECOND = 200;

    @TempDir
    Path folder;

    @BeforeEach
    void needsTheClients() {
        if (!Files.isDirectory(NpmClient.FOLDER.resolve("node_modules").resolve("smee-client")) || !nodeRuns()) {
            String message = "Needs node and the npm clients: npm ci --prefix " + NpmClient.FOLDER;
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(message);
            }
            Assumptions.abort(message);
        }
    }

    private static boolean nodeRuns() {
        try {
            return new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void getEveryAcknowledgedEventOnceWhileTheHubIsKilledUnderLoad() throws Exception {
        int rounds = Math.min(Integer.getInteger("faults.rounds", MOST_ROUNDS), MOST_ROUNDS);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        try (HubProcess hub = hub().start(); NpmClient eventsource = eventsource(hub); NpmClient smee = smee(hub)) {
            until("both clients listen", () -> eventsource.connections() == 1 && smee.connections() == 1);

            PostLoad load = load(hub).startAtRate(POSTS_PER_SECOND);
            try (load) {
                for (int round = 0; round < rounds; round++) {
                    int enough = load.acknowledged().size() + random.nextInt(2 * POSTS_PER_SECOND);
                    until("posts come in", () -> load.acknowledged().size() >= enough);
                    hub.kill();
                    hub.start();
                }
                int before = load.acknowledged().size();
                until("posts go on after the last start", () -> load.acknowledged().size() > before + POSTS_PER_SECOND);
            }

            awaitAll(load.acknowledged(), eventsource, smee);
            leave(eventsource, smee);
            report("killed under load, seed " + seed, rounds, load, eventsource, smee);
            assertThat(eventsource.connections()).as("streams of eventsource").isGreaterThan(1);
            assertThat(smee.connections()).as("streams of smee-client").isGreaterThan(1);
            checkOnce(load.acknowledged(), eventsource, smee);
        }
    }

    @Test
    void missNothingWhenTheHubIsKilledBeforeTheirFirstEvent() throws Exception {
        try (HubProcess hub = hub().start(); PostLoad load = load(hub)) {
            post(load, 0, 20);
            Map<Integer, String> before = new HashMap<>(load.acknowledged());
            try (NpmClient eventsource = eventsource(hub); NpmClient smee = smee(hub)) {
                until("both clients listen", () -> eventsource.connections() == 1 && smee.connections() == 1);
                hub.kill();
                hub.start();
                until("both clients are back, still without an event",
                        () -> eventsource.connections() == 2 && smee.connections() == 2);

                eventsource.freeze(); // neither may be back before the first event
                smee.freeze();
                hub.kill();
                hub.start();
                post(load, 20, 120);
                eventsource.thaw();
                smee.thaw();

                Map<Integer, String> first = new HashMap<>(load.acknowledged());
                first.keySet().removeAll(before.keySet());
                awaitAll(first, eventsource, smee);
                leave(eventsource, smee);
                report("killed before their first event", 2, load, eventsource, smee);
                checkOnce(first, eventsource, smee);
                assertThat(eventsource.received()).as("only events since the client came").hasSameSizeAs(first);
                assertThat(smee.received()).as("only events since the client came").hasSameSizeAs(first);
            }
        }
    }

    private HubProcess hub() throws IOException {
        return new HubProcess(folder.resolve("data"), "waystation.channels.npm.secrets", "env:NPM_SECRET",
                "waystation.channels.npm.open-readers", "true")
                .environment("NPM_SECRET", SECRET);
    }

    private NpmClient eventsource(HubProcess hub) throws IOException {
        return NpmClient.eventsource(hub.uri("/npm"), folder.resolve("eventsource.err"));
    }

    private NpmClient smee(HubProcess hub) throws IOException {
        return NpmClient.smee(hub.uri("/npm"), folder.resolve("smee.err"));
    }

    private static PostLoad load(HubProcess hub) {
        return new PostLoad(hub.uri("/npm"), SECRET, 16);
    }

    private static void post(PostLoad load, int from, int to) {
        for (int number = from; number < to; number++) {
            load.post(number);
        }
        assertThat(load.acknowledged()).as("acknowledged posts").hasSize(to);
    }

    private static void awaitAll(Map<Integer, String> acknowledged, NpmClient... clients) {
        for (NpmClient client : clients) {
            until("every acknowledged event reached " + client, () -> client.has(acknowledged.keySet()));
        }
    }

    private static void leave(NpmClient... clients) throws IOException, InterruptedException {
        for (NpmClient client : clients) {
            assertThat(client.leave()).as("exit code of %s", client).isZero();
        }
    }

    private static void checkOnce(Map<Integer, String> acknowledged, NpmClient eventsource, NpmClient smee) {
        assertThat(eventsource.received().values()).as("eventsource: once each").allMatch(ids -> ids.size() == 1);
        assertThat(smee.received().values()).as("smee-client: once each").allMatch(ids -> ids.size() == 1);
        acknowledged.forEach((number, position) -> {
            assertThat(eventsource.received().get(number)).as("id of %d", number).isEqualTo(List.of(position));
            assertThat(smee.received().get(number)).as("id of %d", number).isEqualTo(List.of("delivery-" + number));
        });
    }

    private static void report(String what, int kills, PostLoad load, NpmClient eventsource, NpmClient smee) {
        System.out.printf("npm clients: %s, %d kills, %d acknowledged, %d refused, eventsource %d events on %d streams,"
                        + " smee-client %d events on %d streams, duplicates %d%n",
                what, kills, load.acknowledged().size(), load.refused(), eventsource.received().size(),
                eventsource.connections(), smee.received().size(), smee.connections(),
                eventsource.duplicates() + smee.duplicates());
    }

    private static void until(String what, BooleanSupplier condition) {
        Awaitility.await(what).pollInterval(Duration.ofMillis(20)).until(condition::getAsBoolean);
    }
}
