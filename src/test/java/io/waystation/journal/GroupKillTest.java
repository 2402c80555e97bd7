package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupKillTest {
    private static final int ID_LENGTH = 36;

    @TempDir
    Path temp;

    /** Every acknowledged event: exactly once inside the store, at least once outside it; rounds come from {@code -Dwaystation.faults}. */
    @Test
    void effectsSurviveKillsAtRandomMoments() throws Exception {
        int rounds = Math.max(1, Integer.getInteger("faults.rounds", 10) / 2);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            Process victim = start("append");
            if (victim.waitFor(random.nextInt(1_200), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the victim ended by itself, see " + temp.resolve("errors"));
            }
            victim.destroyForcibly().waitFor();
        }
        Process last = start("drain");
        assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();

        Set<String> acknowledged = new HashSet<>(ids("acknowledged"));
        List<String> outside = ids("outside");
        List<String> inside = effects("effect");
        List<String> batches = effects("batch_effect");
        System.out.printf("group crash: killed %d times (seed %d): %,d acknowledged, %,d effects inside, %,d outside, %,d of them repeated%n",
                rounds, seed, acknowledged.size(), inside.size(), outside.size(), outside.size() - new HashSet<>(outside).size());
        assertThat(acknowledged).isNotEmpty();
        assertThat(inside).doesNotHaveDuplicates();
        assertThat(missing(acknowledged, inside)).as("acknowledged and without effect inside").isEmpty();
        assertThat(missing(acknowledged, outside)).as("acknowledged and without effect outside").isEmpty();
        assertThat(batches).doesNotHaveDuplicates();
        assertThat(missing(acknowledged, batches)).as("acknowledged and without effect of a batch").isEmpty();
    }

    @Test
    void aSmallWindowBoundsWhatAKillRepeatsOutside() throws Exception {
        int kills = 4;
        int window = 3;
        Random random = new Random();
        for (int round = 0; round < kills; round++) {
            Process victim = start("append", Integer.toString(window));
            victim.waitFor(300 + random.nextInt(900), TimeUnit.MILLISECONDS);
            victim.destroyForcibly().waitFor();
        }
        assertThat(start("drain", Integer.toString(window)).waitFor(300, TimeUnit.SECONDS)).isTrue();

        List<String> outside = ids("outside");
        assertThat(outside.size() - new HashSet<>(outside).size()).isLessThanOrEqualTo(kills * window);
        assertThat(missing(new HashSet<>(ids("acknowledged")), outside)).isEmpty();
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), GroupVictim.class.getName(), temp.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(temp.resolve("errors").toFile()))
                .start();
        BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()));
        for (String line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
            if (line == null) {
                throw new AssertionError("the victim did not start: " + Files.readString(temp.resolve("errors")));
            }
        }
        Thread drain = new Thread(() -> output.lines().forEach(line -> { }));
        drain.setDaemon(true);
        drain.start();
        return process;
    }

    /** Whole lines only: the kill may have cut the last one of a round. */
    private List<String> ids(String file) throws IOException {
        return Files.readAllLines(temp.resolve(file)).stream().filter(line -> line.length() == ID_LENGTH).toList();
    }

    private List<String> effects(String table) {
        try (DataFolder folder = DataFolder.open(temp.resolve("data"));
                Store store = Store.open(folder, new SimpleMeterRegistry())) {
            return store.writeNow(handle -> handle.createQuery("SELECT id FROM " + table).mapTo(String.class).list());
        }
    }

    private static Set<String> missing(Set<String> wanted, List<String> present) {
        Set<String> missing = new HashSet<>(wanted);
        missing.removeAll(new HashSet<>(present));
        return missing;
    }
}
