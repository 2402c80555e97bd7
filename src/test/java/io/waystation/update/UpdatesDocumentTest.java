package io.waystation.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubHome;

/** The page explains every rule with its action, and names every parameter. */
class UpdatesDocumentTest {
    private static final Path PAGE = Path.of("docs/updates.md");

    @Test
    void explainsEveryRule() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `")).toList();

        assertThat(Rule.values()).allSatisfy(rule -> assertThat(rows)
                .anyMatch(row -> row.startsWith("| `" + rule.code() + "` | " + rule.action().name().toLowerCase(Locale.ROOT) + " | ")));
    }

    @Test
    void explainsEveryReasonThatEndsAnAttempt() throws IOException {
        Pattern thrown = Pattern.compile("(?:new (?:Update|ReleaseFailed|ProcessTree|Fleet)Exception|ChangeException\\.(?:refused|failed))\\(\\s*\"([a-z-]+[a-z])\"");
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/waystation/update"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                thrown.matcher(Files.readString(file)).results().forEach(found -> codes.add(found.group(1)));
            }
        }
        String pages = Files.readString(PAGE) + Files.readString(Path.of("docs/fleet.md"));

        assertThat(codes).hasSizeGreaterThan(60).allSatisfy(code -> assertThat(pages).contains("`" + code + "`"));
    }

    @Test
    void namesEveryParameter() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(Arrays.stream(SubsystemDefinition.class.getMethods())
                .filter(method -> method.getName().startsWith("set") && method.getParameterTypes()[0] == String.class)
                .map(method -> Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4)))
                .isNotEmpty().allSatisfy(parameter -> assertThat(page).contains("`" + parameter + "`"));
    }

    @Test
    void decidesOnEachOfTheSeventeenFactsAndNamesWhatHoldsIt() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream().filter(line -> line.matches("\\| \\d+ \\|.*")).toList();

        assertThat(rows).hasSize(17).allSatisfy(row -> assertThat(row).matches(".*`[A-Z]\\w+Test` \\|"));
    }

    @Test
    void namesOnlyCommandsThatTestsRun() throws IOException {
        StringBuilder tests = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith("Test.java") && !each.endsWith("UpdatesDocumentTest.java")).toList()) {
                tests.append(Files.readString(file));
            }
        }
        Matcher commands = Pattern.compile("`waystation ([a-z|]+)(?: ([a-z]+)\\b)?").matcher(Files.readString(PAGE).replace("\\|", "|"));
        Set<String> named = new TreeSet<>();
        while (commands.find()) {
            named.addAll(List.of(commands.group(1).split("\\|")));
        }

        assertThat(named).contains("check", "plan", "why", "update", "approve", "reject", "rollback", "unquarantine", "lint")
                .allSatisfy(command -> assertThat(tests.toString()).containsPattern("[(,\\s]\"" + command + "\"[,)]"));
    }

    @Test
    void showsStanzasThatStart(@TempDir Path folder) throws Exception {
        HubHome home = HubHome.in(folder);
        Matcher stanzas = Pattern.compile("(?s)```yaml\n(- templatedRoute:.*?)```").matcher(Files.readString(PAGE));
        for (int i = 1; stanzas.find(); i++) {
            home.route("stanza" + i + ".camel.yaml", stanzas.group(1));
        }

        try (HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()), "waystation.update.reconcile", "false",
                "waystation.update.project", folder.toString())) {
            assertThat(hub.bean("subsystems", Subsystems.class).all()).extracting(Subsystem::name).containsExactly("nats", "waystation");
        }
    }
}
