package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintCommandTest {
    private static final String SAMPLES = "src/test/resources/lint/";

    @Test
    void endsWithOneAndSaysWhereTheTrapsAre() {
        CommandLineRun run = CommandLineRun.of("lint", SAMPLES + "trapped");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("nats/Taskfile.yml:19: error status-of-existence (nats:bin:build): it counts as up to date as soon as")
                .containsPattern("\\d+ errors and \\d+ warnings in 4 files");
    }

    @Test
    void tellsProgramsTheSame() throws Exception {
        CommandLineRun run = CommandLineRun.of("lint", "--json", SAMPLES + "trapped");

        JsonNode answer = new ObjectMapper().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(answer.path("errors").asInt() + answer.path("warnings").asInt()).isEqualTo(answer.path("findings").size()).isPositive();
        assertThat(answer.path("files")).hasSize(4);
        answer.path("findings").forEach(finding -> assertThat(finding.fieldNames()).toIterable()
                .containsExactly("rule", "severity", "file", "line", "subject", "message", "fix"));
    }

    @Test
    void endsWithZeroWhereThereIsNoError() {
        CommandLineRun run = CommandLineRun.of("lint", SAMPLES + "sound");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("0 errors and 0 warnings in 3 files");
    }

    @Test
    void saysWhenThereIsNothingToLookAt(@TempDir Path empty) {
        assertThat(CommandLineRun.of("lint", empty.toString())).satisfies(run -> {
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("there is no Taskfile in");
        });
        assertThat(CommandLineRun.of("lint", empty + "/none").exitCode()).isEqualTo(2);
    }
}
