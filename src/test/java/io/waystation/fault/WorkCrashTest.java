package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubHome;
import io.waystation.HubProcess;

/**
 * Work under {@code kill -9}: webhook → log → queue → second queue, each hand-over in one transaction. Rounds come from
 * {@code -Dwaystation.faults}, the seed from {@code -Dfaults.seed}.
 */
class WorkCrashTest {
    private static final String SECRET = "crash-test-secret";

    @TempDir
    Path folder;

    @Test
    void everyAcknowledgedEventHasEachOfItsEffectsOnceWhenTheHubIsKilledAtRandomMoments() throws Exception {
        int rounds = Integer.getInteger("faults.rounds", 10);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        Path home = HubHome.in(folder).route("crash.camel.yaml", ROUTES).path();
        try (HubProcess hub = new HubProcess(folder.resolve("data"), home, "waystation.channels.crash.secrets", "env:CRASH_SECRET")
                .environment("CRASH_SECRET", SECRET)) {
            hub.start();
            Set<Integer> acknowledged;
            try (PostLoad load = new PostLoad(hub.uri("/webhook/crash"), SECRET, 8).start(8, Duration.ofMillis(2))) {
                for (int round = 0; round < rounds; round++) {
                    new CountDownLatch(1).await(random.nextInt(1_200), TimeUnit.MILLISECONDS);
                    hub.kill();
                    hub.start();
                }
                int before = load.acknowledged().size();
                Awaitility.await("posts go on after the last start").until(() -> load.acknowledged().size() > before + 50);
                load.close();
                acknowledged = load.acknowledged().keySet();
            }
            System.out.printf("work crash test: seed %d, %d kills, %d acknowledged%n", seed, rounds, acknowledged.size());
            for (String stage : new String[] {"first", "second"}) {
                Awaitility.await("every acknowledged event has its effect: " + stage).atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(300)).until(() -> numbers(stage).containsAll(acknowledged));
            }
            assertThat(hub.stop()).as("exit code").isIn(0, 143);
            assertThat(items("dead")).as("items that failed, or ran beside another of their key").isZero();
            assertThat(items("running")).as("items left running by an orderly stop").isZero();
        }
    }

    private Set<Integer> numbers(String stage) throws SQLException {
        Set<Integer> numbers = new HashSet<>();
        try (Connection connection = open(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT number FROM test_work WHERE stage = '" + stage + "'")) {
            while (rows.next()) {
                assertThat(numbers.add(rows.getInt(1))).as("effect %s of %d happened once", stage, rows.getInt(1)).isTrue();
            }
        }
        return numbers;
    }

    private long items(String state) throws SQLException {
        try (Connection connection = open(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM work_item WHERE state = '" + state + "'")) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:file:" + folder.resolve("data").resolve("store.db") + "?mode=ro");
    }

    private static final String ROUTES = """
            - beans:
                - name: workEffects
                  type: io.waystation.fault.WorkEffects
            - templatedRoute:
                routeId: source-crash
                routeTemplateRef: source
                parameters:
                  - name: address
                    value: /webhook/crash
                  - name: provider
                    value: github
                  - name: channel
                    value: crash
                  - name: secrets
                    value: env:CRASH_SECRET
            - route:
                id: crash-add
                description: Makes a work item of each event
                from:
                  uri: kamelet:events-source
                  parameters:
                    group: crash-add
                    channels: crash
                  steps:
                    - to:
                        uri: work:crash
            - route:
                id: crash-first
                description: Runs each item, and adds another one with its end
                from:
                  uri: work:crash
                  parameters:
                    concurrency: 8
                    retry: 20ms x 5
                  steps:
                    - to:
                        uri: bean:workEffects
                        parameters:
                          method: first
                    - to:
                        uri: work:crash-second
                        parameters:
                          key: ${header.CamelWaystationWorkKey}
            - route:
                id: crash-second
                description: Runs what the first one added
                from:
                  uri: work:crash-second
                  parameters:
                    concurrency: 4
                  steps:
                    - to:
                        uri: bean:workEffects
                        parameters:
                          method: second
            """;
}
