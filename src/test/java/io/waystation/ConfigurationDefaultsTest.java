package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** The settings file is what users read to learn what they can set. */
class ConfigurationDefaultsTest {
    private static final Path FILE = Path.of("src/main/resources/application.properties");

    @Test
    void saysAboveEverySettingWhatItIs() throws IOException {
        List<String> unexplained = new ArrayList<>();
        boolean explained = false;
        for (String line : Files.readAllLines(FILE)) {
            if (line.startsWith("#")) {
                explained = !line.startsWith("# ---");
            } else if (line.isBlank()) {
                explained = false;
            } else if (line.startsWith("waystation.") && !explained) {
                unexplained.add(line);
            }
        }
        assertThat(unexplained).isEmpty();
    }

    @Test
    void declaresEverySettingOnceAndInLowerCaseWords() throws IOException {
        List<String> keys = Files.readAllLines(FILE).stream()
                .filter(line -> line.startsWith("waystation."))
                .map(line -> line.substring(0, line.indexOf('=')))
                .toList();
        Set<String> distinct = new TreeSet<>(keys);

        assertThat(keys).hasSize(distinct.size()).allMatch(key -> key.matches("waystation(\\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+"));
    }
}
