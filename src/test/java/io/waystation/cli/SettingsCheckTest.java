package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.LayeredSettings;
import io.waystation.settings.Settings;

/** What a start refuses is refused by {@code config check} too, for the same reason, and before anything has started. */
class SettingsCheckTest {
    private static final String PORT = "waystation.port must be a whole number from 0 to 65535, not '34o5'";
    /** Settings of routes that may be any text. */
    private static final Set<String> TEXTS = Set.of(
            "waystation.data", "waystation.delivery.channels", "waystation.log", "waystation.releases.channel", "waystation.releases.from");
    /** Routes, and Kamelets, as they ask for a setting. */
    private static final Pattern ASKED = Pattern.compile("\\{\\{(waystation\\.[a-z0-9.-]+)");

    @TempDir
    private Path folder;

    private static void check(Optional<Path> home, Map<String, String> environment, Properties system, Map<String, String> given) throws Exception {
        Hub.check(LayeredSettings.merge(Optional.empty(), home, environment, system, given), home);
    }

    /** All rooms' settings as declared, but for one. */
    private static void check(String key, String value) {
        Map<String, String> values = new HashMap<>();
        LayeredSettings.declared().forEach((each, usual) -> values.put((String) each, (String) usual));
        values.put(key, value);
        Hub.check(Settings.of(values));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[--profile, dev]", "[--profile, prod]", "[-D, waystation.port=0]"})
    void whatIsRightIsFound(String arguments) {
        List<String> more = Stream.of(arguments.substring(1, arguments.length() - 1).split(", ")).filter(word -> !word.isEmpty()).toList();
        CommandLineRun run = CommandLineRun.of(Stream.concat(Stream.of("config", "check"), more.stream()).toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("ok: ");
    }

    @ParameterizedTest
    @CsvSource({"waystation.port, abc", "waystation.update.retry, abc", "waystation.log.max-age, 7", "waystation.http.tls-certificate, none.pem",
        "camel.server.enabled, false", "camel.main.shutdownTimeout, soon"})
    void whatIsWrongIsNamed(String key, String value) {
        CommandLineRun run = CommandLineRun.of("config", "check", "-D", key + "=" + value);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains(key.replace("-certificate", ""));
    }

    @Test
    void aPortThatIsNoneIsRefusedFromEveryLayer() throws Exception {
        Files.writeString(folder.resolve("application.properties"), "waystation.port=34o5\n");
        Properties system = new Properties();
        system.setProperty("waystation.port", "34o5");

        assertThatThrownBy(() -> check(Optional.of(folder), Map.of(), new Properties(), Map.of())).hasMessage(PORT);
        assertThatThrownBy(() -> check(Optional.empty(), Map.of("WAYSTATION_PORT", "34o5"), new Properties(), Map.of())).hasMessage(PORT);
        assertThatThrownBy(() -> check(Optional.empty(), Map.of(), system, Map.of())).hasMessage(PORT);
        assertThatThrownBy(() -> check(Optional.empty(), Map.of(), new Properties(), Map.of("waystation.port", "34o5")))
                .hasMessage(PORT);
        assertThatThrownBy(() -> check(Optional.empty(), Map.of(), new Properties(), Map.of("mine", "34o5", "waystation.port", "{{mine}}")))
                .hasMessage(PORT);
        assertThatCode(() -> check(Optional.empty(), Map.of(), new Properties(), Map.of("mine", "0", "waystation.port", "{{mine}}")))
                .doesNotThrowAnyException();
    }

    @Test
    void everySettingThatOnlyARouteReadsIsLookedAt() throws Exception {
        Set<String> asked = new TreeSet<>();
        for (Path file : Stream.concat(files(Path.of("src/main/resources/routes")), files(Path.of("kamelets"))).toList()) {
            Matcher names = ASKED.matcher(Files.readString(file));
            names.results().map(MatchResult::group).forEach(name -> asked.add(name.substring(2)));
        }
        assertThat(asked).contains("waystation.update.retry", "waystation.delivery.retry", "waystation.fleet.retry");
        asked.removeAll(TEXTS);

        SoftAssertions each = new SoftAssertions();
        asked.forEach(key -> each.assertThatThrownBy(() -> check(key, "neither this nor that")).as(key)
                .isInstanceOf(InvalidSettingException.class).hasMessageStartingWith(key + " "));
        each.assertAll();
    }

    private static Stream<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
        }
    }

    @Test
    void aNumberWithoutItsUnitIsRefusedWhereverADurationOrASizeIsWanted() {
        SoftAssertions each = new SoftAssertions();
        LayeredSettings.declared().forEach((key, value) -> {
            if (((String) value).matches("\\d+(ms|s|m|h|d|B|KiB|MiB|GiB)")) {
                each.assertThatThrownBy(() -> check((String) key, "7")).as((String) key)
                        .isInstanceOf(InvalidSettingException.class).hasMessageStartingWith(key + " must be a ").hasMessageContaining("with its unit");
            }
        });
        each.assertAll();
    }

    @Test
    void aHomeWithoutASingleRouteFileIsRefused() throws Exception {
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes").resolve("mine.yml"), "- route: {}\n");

        assertThatThrownBy(() -> check(Optional.of(folder), Map.of(), new Properties(), Map.of())).isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll(folder.resolve("routes").toString(), "*.camel.yaml");
        Files.delete(folder.resolve("routes").resolve("mine.yml"));
        Files.delete(folder.resolve("routes"));
        assertThatCode(() -> check(Optional.of(folder), Map.of(), new Properties(), Map.of())).as("the built-in ones").doesNotThrowAnyException();
    }

    @Test
    void aHomeThatIsNotThereIsRefused() throws Exception {
        Path none = folder.resolve("none");
        ProcessBuilder check = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dwaystation-home=" + none, "-cp", System.getProperty("java.class.path"), "io.waystation.Waystation", "serve", "--port", "0",
                "--data", folder.resolve("data").toString()).redirectErrorStream(true);
        check.environment().put("WAYSTATION_LOG_LEVEL", "off");
        Process run = check.start();

        assertThat(new String(run.getInputStream().readAllBytes())).isEqualTo(
                "waystation: WAYSTATION_HOME (-Dwaystation-home) names the folder " + none + ", which is not there" + System.lineSeparator());
        assertThat(run.waitFor()).isEqualTo(2);
    }
}
