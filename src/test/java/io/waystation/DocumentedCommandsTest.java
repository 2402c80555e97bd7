package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What the documentation names is there. */
class DocumentedCommandsTest {
    private static final Pattern SETTING = Pattern.compile("(?<![\\w.])waystation\\.[a-z0-9-]+(?:\\.[a-z0-9-]+)*(?==|`| |\\))");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+Test)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    @Test
    void everySettingExists() throws IOException {
        Set<String> declared = new TreeSet<>();
        for (String file : List.of("application.properties", "client/client.properties")) {
            Files.readAllLines(Path.of("src/main/resources").resolve(file)).stream()
                    .filter(line -> line.startsWith("waystation.")).forEach(line -> declared.add(line.split("=", 2)[0]));
        }
        for (Path page : pages()) {
            String text = withoutMetrics(Files.readString(page));
            matches(SETTING, text, 0).stream()
                    .filter(name -> !name.matches("waystation\\.channels\\.[a-z0-9-]+\\.[a-z-]+"))
                    .forEach(name -> assertThat(declared).as(page.toString()).contains(name));
        }
    }

    /** Pages have a section of metrics, whose names look like settings. */
    private static String withoutMetrics(String text) {
        return text.lines().filter(line -> !line.startsWith("| `waystation.") && !line.startsWith("Metrics:"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyTestThatHoldsAPromiseExists() throws IOException {
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replace(".java", "")).collect(Collectors.toSet());
        }
        for (Path page : pages()) {
            assertThat(tests).as(page.toString()).containsAll(matches(TEST, Files.readString(page), 1));
        }
    }

    @Test
    void everyRelativeLinkLeadsToAFile() throws IOException {
        for (Path page : pages()) {
            for (String link : matches(LINK, Files.readString(page), 1)) {
                if (!link.contains("://")) {
                    assertThat(page.toAbsolutePath().getParent().resolve(link).normalize()).as("%s in %s", link, page).exists();
                }
            }
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Stream.concat(Files.walk(Path.of("docs")), Stream.of(Path.of("README.md")))) {
            return files.filter(file -> file.toString().endsWith(".md") && Files.exists(file)).toList();
        }
    }

    private static Set<String> matches(Pattern pattern, String text, int group) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(group));
        }
        return found;
    }
}
