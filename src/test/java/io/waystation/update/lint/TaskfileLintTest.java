package io.waystation.update.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.waystation.OutsideTool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The traps of Taskfiles as they are written in practice, and a project without one. */
class TaskfileLintTest {
    private static final Path SAMPLES = Path.of("src/test/resources/lint");

    @TempDir
    private Path folder;

    private static List<String> found(Path project) throws IOException {
        return TaskfileLint.check(project).findings().stream()
                .map(finding -> finding.file() + ":" + finding.line() + " " + finding.severity().name().toLowerCase(Locale.ROOT) + " "
                        + finding.rule() + (finding.subject().isEmpty() ? "" : " " + finding.subject()))
                .toList();
    }

    /** The commands of one task of a subsystem. */
    private List<String> rulesOf(String yaml) throws IOException {
        Files.writeString(folder.resolve("Taskfile.yml"), yaml);
        return TaskfileLint.check(folder).findings().stream().map(Finding::rule).toList();
    }

    private List<String> rulesOfCommand(String command) throws IOException {
        return rulesOf("version: '3'\nvars:\n  BIN: nats\n  V: '{{.V | default \"v1\"}}'\n  URL_VERSION: 'x/{{.V}}'\ntasks:\n  t:\n    cmds:\n      - |\n        "
                + command.replace("\n", "\n        ") + "\n");
    }

    @Test
    void findsEveryTrapOfAProjectThatHasThemAll() throws IOException {
        assertThat(found(SAMPLES.resolve("trapped"))).containsExactly(
                "Taskfile.yml:8 error remote-include shared",
                "Taskfile.yml:14 warning pasted-value reload",
                "Taskfile.yml:15 warning fixed-sleep reload",
                "Taskfile.yml:16 warning pasted-value reload",
                "Taskfile.yml:17 warning verifies-everything bin:verify",
                "Taskfile.yml:25 error open-quote test:reload",
                "nats/Taskfile.yml:4 error version-cannot-be-set NATS_VERSION",
                "nats/Taskfile.yml:8 warning latest-address RELEASE_VERSION",
                "nats/Taskfile.yml:9 error latest-address RELEASE_URL",
                "nats/Taskfile.yml:15 error unquoted-value nats:src:update",
                "nats/Taskfile.yml:16 warning ignored-error nats:src:update",
                "nats/Taskfile.yml:16 warning pasted-value nats:src:update",
                "nats/Taskfile.yml:17 warning ignored-error nats:bin:build",
                "nats/Taskfile.yml:17 warning version-not-written nats:bin:build",
                "nats/Taskfile.yml:19 error status-of-existence nats:bin:build",
                "nats/Taskfile.yml:23 error prompt nats:bin:download",
                "nats/Taskfile.yml:23 warning version-incomplete nats:bin:download",
                "nats/Taskfile.yml:25 error status-of-existence nats:bin:download",
                "nats/Taskfile.yml:29 error download-ignores-errors nats:bin:download",
                "nats/Taskfile.yml:29 error download-into-pipe nats:bin:download",
                "nats/Taskfile.yml:29 error download-unverified nats:bin:download",
                "nats/Taskfile.yml:31 warning pasted-value nats:bin:download",
                "nats/Taskfile.yml:32 error package-without-version nats:package",
                "process-compose.yaml:4 error restart-without-timeout nats",
                "process-compose.yaml:10 error port-clash arc",
                "process-compose.yaml:10 error secret-in-arguments arc",
                "sync/Taskfile.yml:1 warning missing-target sync:bin:download",
                "sync/Taskfile.yml:1 warning missing-target sync:package",
                "sync/Taskfile.yml:1 warning missing-target sync:src:update",
                "sync/Taskfile.yml:18 error port-clash sync:run",
                "sync/Taskfile.yml:18 error secret-in-arguments sync:run",
                "sync/Taskfile.yml:21 error secret-in-arguments sync:notify");
    }

    @Test
    void everyRuleIsExplainedInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("docs/updates.md"));

        assertThat(TaskfileLint.check(SAMPLES.resolve("trapped")).findings())
                .allSatisfy(finding -> assertThat(page).contains("`" + finding.rule() + "`"));
    }

    @Test
    void findsNothingInAProjectThatHasNone() throws IOException {
        TaskfileLint.Outcome outcome = TaskfileLint.check(SAMPLES.resolve("sound"));

        assertThat(outcome.findings()).isEmpty();
        assertThat(outcome.files()).containsExactly("Taskfile.yml", "nats/Taskfile.yml", "process-compose.yaml");
    }

    /** So that what the rules advise is what the real task reads. */
    @Test
    void theSoundProjectIsOneThatTaskTakes() throws Exception {
        Process task = new ProcessBuilder(OutsideTool.required("task").toString(), "--list-all", "--json", "--no-status")
                .directory(SAMPLES.resolve("sound").toFile()).redirectErrorStream(true).start();

        String listed = new String(task.getInputStream().readAllBytes());
        assertThat(task.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(task.exitValue()).as(listed).isZero();
        assertThat(listed).contains("nats:bin:build", "nats:bin:download", "nats:package", "reload");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '^', value = {
        "git checkout {{.V}}^pasted-value",
        "git checkout {{.VERSION}}^unquoted-value",
        "fetch {{.URL_VERSION}}^unquoted-value",
        "echo \"{{.V}}\"^pasted-value",
        "echo '{{.V}}'^pasted-value",
        "echo \"it's fine\"; go build {{.VERSION}}^unquoted-value",
        "curl -sSL https://example.com/a -o a; sha256sum -c a.sha256^download-ignores-errors",
        "wget -qO- https://example.com/a.sh | sh; sha256sum x^download-into-pipe",
        "curl -fsSL https://example.com/a -o a^download-unverified",
        "gh release download v1 --pattern a^download-unverified",
        "go install example.com/x@latest^latest-address",
        "echo \"open^open-quote",
        "tool --api-key=abc^secret-in-arguments",
        "tool --token {{.BIN}}^secret-in-arguments",
        "git clone https://x:$GH_TOKEN@github.com/o/r^secret-in-arguments"})
    void findsATrapInACommand(String command, String rule) throws IOException {
        assertThat(rulesOfCommand(command)).contains(rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "git checkout \"$V\" --",
        "echo {{.V | shellQuote}} {{.VERSION | q}}",
        "echo {{.BIN}} {{OS}} {{.TASK}} {{.ROOT_DIR}}",
        "# echo {{.VERSION}} and don't",
        "echo \"a \\\" b\" # it's a comment",
        "curl -f http://localhost:8080/health",
        "curl -fsSL https://example.com/a -o a && sha256sum --check a.sha256",
        "curl --fail -o a https://example.com/a; shasum -a 256 -c a.sha256",
        "tool --token-file /run/secrets/token --secret-env WEBHOOK_SECRET --password-stdin",
        "cat <<EOF\nit's a document\nEOF\necho done",
        "go install example.com/x@v1.2.3"})
    void leavesASoundCommandAlone(String command) throws IOException {
        assertThat(rulesOfCommand(command)).isEmpty();
    }

    @Test
    void takesAStatusThatComparesTheVersionToo() throws IOException {
        assertThat(rulesOf("""
                version: '3'
                tasks:
                  nats:bin:build:
                    status: [test -f x, 'grep -q "$V" .version']
                    cmds: [go build]
                """)).isEmpty();
        assertThat(rulesOf("""
                version: '3'
                tasks:
                  nats:bin:build:
                    status: [test -f x && test -s y]
                    cmds: [go build]
                """)).as("only plain tests of existence are sure to be wrong").isEmpty();
    }

    @Test
    void knowsThatProcessComposeMayListenElsewhere() throws IOException {
        String taskfile = "version: '3'\nvars:\n  WEB_PORT: 8080\ntasks:\n  start: process-compose up %s\n";

        assertThat(rulesOf(taskfile.formatted(""))).containsExactly("port-clash");
        assertThat(rulesOf(taskfile.formatted("-U -u pc/.pc.sock"))).isEmpty();
        assertThat(rulesOf(taskfile.formatted("-p 9999"))).isEmpty();
    }

    @Test
    void saysWhereAFileIsNoYaml() throws IOException {
        Files.writeString(folder.resolve("Taskfile.yml"), "version: '3'\ntasks:\n  a: [\n");

        assertThat(TaskfileLint.check(folder).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo("unreadable");
            assertThat(finding.line()).isGreaterThan(2);
        });
    }

    @Test
    void readsNothingOutsideTheProject() throws IOException {
        Path project = Files.createDirectories(folder.resolve("project"));
        Files.writeString(folder.resolve("Taskfile.yml"), "version: '3'\nvars: {A_VERSION: v1}\ntasks: {a: echo}\n");
        Files.writeString(project.resolve("Taskfile.yml"), "version: '3'\nincludes: {up: ../Taskfile.yml}\n");

        assertThat(TaskfileLint.check(project).files()).containsExactly("Taskfile.yml");
        assertThat(TaskfileLint.check(project).findings()).isEmpty();
    }
}
