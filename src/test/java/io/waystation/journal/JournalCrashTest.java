package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalCrashTest {
    @TempDir
    Path folder;

    /** Rounds come from {@code -Dwaystation.faults}. */
    @Test
    void everyAcknowledgedEventSurvivesKillsAndNoOffsetIsGivenTwice() throws Exception {
        int rounds = Integer.getInteger("faults.rounds", 10);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<Long, String> acknowledged = new HashMap<>();
        for (int kill = 0; kill < rounds; kill++) {
            appendAndKill(kill, 200 + random.nextInt(2_000), acknowledged);
            check(acknowledged);
        }
        System.out.printf("journal crash: killed %d times (seed %d), %,d acknowledged%n", rounds, seed, acknowledged.size());
    }

    private void appendAndKill(int seed, int lines, Map<Long, String> acknowledged) throws IOException {
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path").replace(';', File.pathSeparatorChar),
                CrashingAppender.class.getName(), folder.toString(), Integer.toString(seed))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader output = process.inputReader()) {
            String line;
            for (int read = 0; (line = output.readLine()) != null; read++) {
                int space = line.indexOf(' ');
                if (space > 0 && line.length() == space + 37) { // the kill may cut a line short
                    long offset = Long.parseLong(line, 0, space, 10);
                    assertThat(acknowledged.put(offset, line.substring(space + 1))).as("offset %d", offset).isNull();
                }
                if (read == lines) {
                    process.toHandle().destroyForcibly(); // Process.destroyForcibly would close its output
                }
            }
        } finally {
            process.destroyForcibly();
        }
        process.onExit().join();
    }

    private void check(Map<Long, String> acknowledged) {
        Map<Long, String> stored = new HashMap<>();
        Set<String> ids = new HashSet<>();
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, DeliveryIndex.NONE, Clock.systemUTC())) {
            long previous = 0;
            long after = 0;
            while (after < journal.tail().offset()) {
                EventBatch batch = journal.read(after, EventFilter.ALL, 1_000, 8 << 20);
                assertThat(batch.lost()).isZero();
                for (PositionedEvent event : batch.events()) {
                    assertThat(event.position().offset()).isGreaterThan(previous);
                    previous = event.position().offset();
                    stored.put(previous, event.event().id());
                    assertThat(ids.add(event.event().id())).isTrue();
                }
                after = batch.last();
            }
        }
        assertThat(acknowledged).isNotEmpty();
        assertThat(stored).containsAllEntriesOf(acknowledged);
    }
}
