package io.waystation.update.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees of real processes. */
class ProcessTreesTest {
    private static final Duration GRACE = Duration.ofMillis(300);
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));
    private static final ProcessTable TABLE = ProcessTable.ofThisSystem();

    @TempDir
    private Path folder;
    private ProcessTrees trees;
    private final List<Long> started = new ArrayList<>();

    @BeforeEach
    void open() {
        trees = ProcessTrees.open(records(), GRACE);
    }

    @AfterEach
    void nothingIsLeft() {
        trees.close();
        started.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private Path records() {
        return folder.resolve("processes");
    }

    private ProcessTree start(String lane, String script) {
        return trees.start(lane, new Launch(List.of("/bin/sh", "-c", script), ENVIRONMENT, folder));
    }

    /** Process numbers that a script wrote into a file, once they are all there. */
    private List<Long> pids(String file, int count) {
        await().until(() -> Files.exists(folder.resolve(file)) && Files.readAllLines(folder.resolve(file)).size() == count);
        try {
            List<Long> pids = Files.readAllLines(folder.resolve(file)).stream().map(Long::valueOf).toList();
            started.addAll(pids);
            return pids;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean runs(long pid) {
        return TABLE.find(pid).isPresent();
    }

    @Test
    void runsAProgramToItsEnd() throws Exception {
        try (ProcessTree tree = start("nats", "echo out; echo err >&2; exit 7")) {
            assertThat(new String(tree.output().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("out\nerr\n");
            assertThat(tree.await(Duration.ofSeconds(10))).isTrue();
            assertThat(tree.exitCode()).isEqualTo(7);
            assertThat(tree.endedBecause()).isEmpty();
        }
        assertThat(records().resolve("nats.json")).doesNotExist();
    }

    @Test
    void recordsTheFirstProcessBeforeItBecomesTheProgram() throws Exception {
        try (ProcessTree tree = start("nats", "cat processes/nats.json")) {
            String record = new String(tree.output().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(record).contains("\"pid\":" + tree.pid()).contains("\"start\":").contains("\"lane\":\"nats\"");
        }
    }

    @Test
    void startsNothingThatItCannotRecord() throws Exception {
        Files.writeString(records(), "a file where the folder should be");

        assertThatThrownBy(() -> start("nats", "touch ran")).isInstanceOf(ProcessTreeException.class)
                .extracting("code").isEqualTo("process-not-recorded");

        try (ProcessTree next = startAfter(() -> Files.delete(records()), "true")) {
            assertThat(next.await(Duration.ofSeconds(10))).as("the lane is free").isTrue();
        }
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    private interface Repair {
        void run() throws IOException;
    }

    private ProcessTree startAfter(Repair repair, String script) throws IOException {
        repair.run();
        return start("nats", script);
    }

    @Test
    void endsAWholeTreeThoughOneOfItIgnoresTheSignal() throws Exception {
        ProcessTree tree = start("nats", "echo $$ >> pids; (trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >> pids; "
                + "while :; do sleep 1; done' & while :; do sleep 1; done) & wait");
        List<Long> pids = pids("pids", 2);

        tree.end("a newer version is wanted");

        assertThat(pids).noneMatch(ProcessTreesTest::runs);
        assertThat(tree.endedBecause()).hasValue("a newer version is wanted");
        assertThat(tree.await(Duration.ofSeconds(10))).isTrue();
        tree.close();
        assertThat(records().resolve("nats.json")).doesNotExist();
    }

    @Test
    void letsAProcessThatHearsTheSignalEndByItself() throws Exception {
        try (ProcessTrees patient = ProcessTrees.open(folder.resolve("patient"), Duration.ofMinutes(2))) {
            ProcessTree tree = patient.start("nats", new Launch(List.of("/bin/sh", "-c",
                    "trap 'echo cleaned > cleaned; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.05; done"), ENVIRONMENT, folder));
            pids("pids", 1);

            tree.end("cancelled");

            assertThat(folder.resolve("cleaned")).hasContent("cleaned");
            tree.close();
        }
    }

    @Test
    void findsAProcessThatHasLeftItsSessionAndItsParents() throws Exception {
        try (ProcessTree tree = start("nats", "setsid sh -c 'setsid sh -c \"echo \\$\\$ >> pids; exec sleep 600\" & exit 0'")) {
            long daemon = pids("pids", 1).get(0);
            assertThat(tree.await(Duration.ofSeconds(10))).isTrue();
            await().untilAsserted(() -> assertThat(TABLE.find(daemon)).get().extracting(ProcessEntry::parent).isNotEqualTo(tree.pid()));

            tree.close();

            assertThat(runs(daemon)).isFalse();
        }
    }

    @Test
    void leavesAServiceRunningWhenItIsReleased() throws Exception {
        ProcessTree tree = start("nats", "echo started; (echo $PPID > /dev/null; exec sleep 600 > /dev/null 2>&1) & echo $! >> pids");
        long service = pids("pids", 1).get(0);
        assertThat(tree.await(Duration.ofSeconds(10))).isTrue();

        tree.release();

        assertThat(runs(service)).isTrue();
        ProcessTrees.open(records(), GRACE).close();
        assertThat(runs(service)).as("after the next start of the hub").isTrue();
    }

    @Test
    void endsWhatAFormerHubLeftRunningBeforeItsLaneOpensAgain() {
        start("nats", "trap '' TERM; echo $$ >> pids; sh -c 'trap \"\" TERM; echo $$ >> pids; while :; do sleep 1; done'");
        List<Long> pids = pids("pids", 2);
        assertThat(pids).allMatch(ProcessTreesTest::runs);

        ProcessTrees next = ProcessTrees.open(records(), GRACE);

        assertThat(pids).noneMatch(ProcessTreesTest::runs);
        assertThat(next.leftOver()).containsExactly("nats");
        assertThat(ProcessTrees.open(records(), GRACE).leftOver()).isEmpty();
    }

    @Test
    void findsTheOrphansOfAFirstProcessThatDiedMeanwhile() {
        ProcessTree tree = start("nats", "(echo done; exec sleep 600) & echo $! >> pids; wait");
        long orphan = pids("pids", 1).get(0);
        ProcessHandle.of(tree.pid()).orElseThrow().destroyForcibly();
        await().until(() -> !runs(tree.pid()));

        ProcessTrees.open(records(), GRACE);

        assertThat(runs(orphan)).isFalse();
    }

    @Test
    void neverTouchesAStrangerThatHasARecordedNumber() throws Exception {
        Process stranger = new ProcessBuilder("setsid", "sleep", "600").start();
        try {
            ProcessEntry entry = TABLE.find(stranger.pid()).orElseThrow();
            new TreeRecords(records()).write(
                    new TreeRecord("nats", "0000", entry.pid(), entry.start() + "1", true, List.of("/usr/bin/task", "nats:bin:build")));

            ProcessTrees next = ProcessTrees.open(records(), GRACE);

            assertThat(next.leftOver()).containsExactly("nats");
            assertThat(stranger.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void startsThoughARecordIsTorn() throws Exception {
        Files.createDirectories(records());
        Files.writeString(records().resolve("nats.json"), "{\"lane\":\"na");

        assertThat(ProcessTrees.open(records(), GRACE).leftOver()).isEmpty();
    }

    @Test
    void runsOneTreeAtATimeInALane() {
        try (ProcessTree first = start("nats", "sleep 600"); ProcessTree other = start("arc", "sleep 600")) {
            assertThat(first.pid()).isNotEqualTo(other.pid());
            assertThatThrownBy(() -> start("nats", "true")).isInstanceOf(ProcessTreeException.class)
                    .extracting("code").isEqualTo("lane-busy");
        }
        start("nats", "true").close();
    }

    @Test
    void endsAllTreesWhenTheHubStopsAndStartsNoMore() throws Exception {
        ProcessTree tree = start("nats", "sleep 600");

        trees.close();

        assertThat(tree.await(Duration.ofSeconds(10))).isTrue();
        assertThat(tree.endedBecause()).hasValue("the hub stops");
        assertThatThrownBy(() -> start("arc", "true")).extracting("code").isEqualTo("hub-stopping");
    }

    @Test
    void endsDescendantsWhereThereAreNoSessions() throws Exception {
        ProcessTrees portable = ProcessTrees.open(records(), GRACE, new HandleTable(), Optional.empty());
        ProcessTree tree = portable.start("nats", new Launch(List.of("/bin/sh", "-c",
                "trap '' TERM; echo $$ >> pids; sh -c 'trap \"\" TERM; echo $$ >> pids; while :; do sleep 1; done'"), ENVIRONMENT, folder));
        List<Long> pids = pids("pids", 2);

        tree.end("cancelled");

        assertThat(pids).noneMatch(ProcessTreesTest::runs);
        tree.close();
    }

    @Test
    void takesLanesAndProgramsByTheirPlainNamesOnly() {
        assertThatThrownBy(() -> start("../nats", "true")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Launch(List.of("sh"), Map.of(), folder)).isInstanceOf(IllegalArgumentException.class);
    }
}
