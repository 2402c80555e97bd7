package io.waystation.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;

/** The page explains every rule with its action, and names every parameter. */
class UpdatesDocumentTest {
    @Test
    void explainsEveryRule() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("docs/updates.md")).stream().filter(line -> line.startsWith("| `")).toList();

        assertThat(Rule.values()).allSatisfy(rule -> assertThat(rows)
                .anyMatch(row -> row.startsWith("| `" + rule.code() + "` | " + rule.action().name().toLowerCase(Locale.ROOT) + " | ")));
    }

    @Test
    void namesEveryParameter() throws IOException {
        String page = Files.readString(Path.of("docs/updates.md"));

        assertThat(Arrays.stream(SubsystemDefinition.class.getMethods())
                .filter(method -> method.getName().startsWith("set") && method.getParameterTypes()[0] == String.class)
                .map(method -> Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4)))
                .isNotEmpty().allSatisfy(parameter -> assertThat(page).contains("`" + parameter + "`"));
    }
}
