package io.waystation.update.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only plain text reaches task; nothing is escaped. */
class TaskTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"nats:bin:build", "reload", "bin:verify", "a1-b2:c3"})
    void takesNamesOfTasks(String name) {
        assertThat(TaskText.task(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--yes", "-x", "--taskfile=https://evil.example", "a=b", "PROC=nats", "nats bin", "nats:", ":nats",
        "nats::bin", "Nats", "nats\n", "nats;id", "$(id)", "{{.X}}", "../x", "nats-", "é"})
    void refusesEveryOtherName(String name) {
        assertThatThrownBy(() -> TaskText.task(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2.10.24", "nats/v1.2.3", "nats-v2.10.24", "1.0.0+build.5", "0123456789abcdef0123456789abcdef01234567",
        "https://github.com/o/r/releases/download/nats-v2/nats-linux-amd64.tar.gz", "RELEASE.2024-01-01T00-00-00Z"})
    void takesVersionsCommitsAndAddresses(String value) {
        assertThat(TaskText.value("V", value)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "$(id)", "`id`", "v1;touch${IFS}x", "v1|id", "v1&id", "v1'x", "v1\"x", "v1>x", "v1{{.TOKEN}}",
        "{{env\"A\"}}", "é1.0", "-x", "--upload-pack=id", "v1\nv2", "v1\0", "a..b", "v1 v2", "~root", "*", "v1?", "v1#", "v1\\x"})
    void refusesEveryTagThatIsMoreThanAVersion(String value) {
        assertThatThrownBy(() -> TaskText.value("V", value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesVariablesThatSteerPrograms() {
        for (String name : new String[] {"PATH", "HOME", "LD_PRELOAD", "TASK_ASSUME_YES", "GIT_SSH_COMMAND", "BASH_ENV", "ENV", "IFS",
            "lower", "1X", "A-B", ""}) {
            assertThatThrownBy(() -> TaskText.variable(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(TaskText.variable("NATS_VERSION")).isEqualTo("NATS_VERSION");
    }

    @ParameterizedTest
    @CsvSource({"0,SUCCESS", "1,BUILD", "201,BUILD", "124,BUILD", "208,BUILD", "137,BUILD", "2,BUILD", "103,TRANSIENT", "106,TRANSIENT",
        "108,TRANSIENT", "50,CONFIG", "100,CONFIG", "102,CONFIG", "104,CONFIG", "105,CONFIG", "107,CONFIG", "109,CONFIG", "110,CONFIG",
        "111,CONFIG", "127,CONFIG", "200,CONFIG", "202,CONFIG", "203,CONFIG", "204,CONFIG", "205,CONFIG", "206,CONFIG", "207,CONFIG"})
    void classesEveryExitCodeOfTask(int exitCode, TaskEnd end) {
        assertThat(TaskEnd.of(exitCode)).isEqualTo(end);
        assertThat(end.isWorthRetrying()).isEqualTo(end == TaskEnd.BUILD || end == TaskEnd.TRANSIENT);
    }
}
