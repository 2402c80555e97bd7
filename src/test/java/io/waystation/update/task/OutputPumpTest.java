package io.waystation.update.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** What a program writes becomes lines that are safe to show. */
class OutputPumpTest {
    private static final SecretMask MASK = new SecretMask(List.of("s3cr3t-value", "short", "first line\nsecond line"));

    private static OutputPump pump(String output, long limit, List<String> lines) {
        OutputPump pump = new OutputPump(new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8)), MASK, limit, lines::add);
        pump.run();
        return pump;
    }

    private static List<String> lines(String output) {
        List<String> lines = new ArrayList<>();
        pump(output, 1 << 20, lines);
        return lines;
    }

    @Test
    void handsOnEachLineAlsoTheLastWithoutAnEnd() {
        assertThat(lines("one\r\ntwo\n\nthree")).containsExactly("one", "two", "", "three");
    }

    @Test
    void keepsOnlyWhatAProgressBarLastShowed() {
        assertThat(lines("10%\r50%\r100%\r\ndone\r")).containsExactly("100%", "done");
    }

    @Test
    void takesOutWhatSteersTerminalsOrForgesLines() {
        assertThat(lines("\u001B[31mred\u001B[0m \u001B]0;title\u0007text\u001B(B \u009B1mbold\u0007\b\0"
                + " a\u2028b\u202Ec\u0085d\te\n")).containsExactly("red text bold abcd e");
    }

    @Test
    void masksSecretsInFullThoughTheLineIsCut() {
        String line = "x".repeat(4090) + " s3cr3t-value " + "y".repeat(10_000);

        assertThat(lines(line).get(0)).doesNotContain("s3cr").hasSizeLessThan(4200).endsWith(" ...");
        assertThat(lines("value=s3cr3t-value; short; second line")).containsExactly("value=***; short; ***");
        assertThat(lines("https://bot:hunter22@github.com/a ghp_0123456789abcdef0123 Authorization: Bearer abcdef"))
                .containsExactly("https://***@github.com/a *** Authorization: Bearer ***");
    }

    @Test
    void dropsWhatIsOverTheLimitButNotTheLastLines() {
        StringBuilder output = new StringBuilder();
        for (int i = 1; i <= 1000; i++) {
            output.append("line ").append(i).append('\n');
        }
        List<String> lines = new ArrayList<>();

        OutputPump pump = pump(output.toString(), 60, lines);

        assertThat(lines).hasSizeLessThan(40).startsWith("line 1", "line 2").endsWith("line 999", "line 1000")
                .anyMatch(line -> line.matches("\\.\\.\\. 9\\d\\d lines are not kept; the output is too long \\.\\.\\."));
        assertThat(pump.lines()).isEqualTo(1000);
        assertThat(pump.lastLines()).hasSize(20).endsWith("line 1000");
    }

    @Test
    void readsOnThoughALineCannotBeKept() {
        OutputPump pump = new OutputPump(new ByteArrayInputStream("a\nb\nc\n".getBytes(StandardCharsets.UTF_8)), MASK, 1000, line -> {
            throw new IllegalStateException("no");
        });

        pump.run();

        assertThat(pump.lines()).isEqualTo(3);
    }

    @Test
    void knowsWhatTaskSaysWhenThereIsNothingToDo() {
        assertThat(pump("task: Task \"nats:bin:build\" is up to date\n", 1000, new ArrayList<>()).saidUpToDate()).isTrue();
        assertThat(pump("echo 'task: Task' is up to date\n", 1000, new ArrayList<>()).saidUpToDate()).isFalse();
    }

    @Test
    void knowsWhichVariablesHoldSecrets() {
        assertThat(List.of("GH_TOKEN", "WEBHOOK_SECRET", "DB_PASSWORD", "API_KEY", "AWS_ACCESS_KEY", "Auth"))
                .allMatch(SecretMask::isSecret);
        assertThat(List.of("PATH", "HOME", "GOCACHE", "NATS_VERSION", "KEYBOARD")).noneMatch(SecretMask::isSecret);
    }
}
