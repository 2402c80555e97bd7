package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Headers;
import org.apache.camel.Exchange;
import org.apache.camel.component.exec.ExecException;
import org.apache.camel.component.exec.ExecResult;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventCommandTest {
    private static final String EVIL = "$(touch pwned) `touch pwned` ; touch pwned | \n'\"\0";

    @TempDir
    private Path folder;

    @Test
    void givesThePayloadByFileAndWhatTheEventIsByEnvironmentAndNothingByArgument() throws Exception {
        Path seen = folder.resolve("seen");

        run(List.of("/bin/sh", "-c", "{ env; echo args=$#; cat \"$WAYSTATION_PAYLOAD_FILE\"; echo; cat; } > " + seen), false);

        String text = Files.readString(seen);
        assertThat(text).contains("WAYSTATION_EVENT_ID=id-1\n", "GOSMEE_EVENT_TYPE=push\n", "args=0\n", EVIL)
                .contains("WAYSTATION_EVENT_SUBJECT=__touch pwned_ _touch pwned_ _ touch pwned _ ____\n");
        assertThat(text.indexOf(EVIL)).as("not on standard input too").isEqualTo(text.lastIndexOf(EVIL));
        assertThat(text.lines().filter(line -> line.matches("[A-Za-z_]+=.*")).map(line -> line.replaceAll("=.*", "")))
                .allMatch(name -> name.matches("WAYSTATION_.*|GOSMEE_.*|LC_.*|PATH|HOME|USER|LOGNAME|SHELL|LANG|TZ|TMPDIR|PWD|OLDPWD|SHLVL|_|args"));
        Path payload = Path.of(text.lines().filter(line -> line.startsWith("WAYSTATION_PAYLOAD_FILE=")).findFirst().orElseThrow()
                .substring("WAYSTATION_PAYLOAD_FILE=".length()));
        assertThat(payload.getParent()).as("gone afterwards").doesNotExist();
    }

    @Test
    void givesThePayloadOnStandardInputOnlyWhenAsked() throws Exception {
        Path seen = folder.resolve("seen");

        run(List.of("/bin/sh", "-c", "cat > " + seen), true);

        assertThat(Files.readString(seen)).isEqualTo(EVIL);
    }

    @Test
    void passesArgumentsLiterally() throws Exception {
        ExecResult result = run(CommandWords.split("printf '<%s>' 'a b' \"$HOME\" c\\ d '$(id)' *"), false);

        assertThat(new String(result.getStdout().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("<a b><$HOME><c d><$(id)><*>");
    }

    @Test
    void refusesACommandWithAnOpenQuote() {
        assertThatThrownBy(() -> CommandWords.split("echo 'x")).hasMessageContaining("quote is not closed");
    }

    @Test
    void reportsAFailingCommandWithItsLastLine() {
        assertThatThrownBy(() -> run(List.of("/bin/sh", "-c", "echo first; echo disk is full >&2; exit 3"), false))
                .isInstanceOf(ExecException.class).hasMessage("the command ended with exit code 3: disk is full");
    }

    @Test
    void killsTheWholeFamilyOfACommandThatTakesTooLong() throws Exception {
        Path pids = folder.resolve("pids");
        EventCommand command = new EventCommand(List.of("/bin/sh", "-c", "trap '' TERM; sleep 60 & echo $! > " + pids
                + "; echo $$ >> " + pids + "; while :; do sleep 1; done"), false, List.of(), Duration.ofSeconds(1));

        Instant before = Instant.now();
        assertThatThrownBy(() -> command.execute(command.readInput(exchange(), null)))
                .isInstanceOf(ExecException.class).hasMessageContaining("took too long");

        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(40));
        for (String pid : Files.readAllLines(pids)) {
            await().until(() -> ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty());
        }
    }

    @Test
    void doesNotWaitForAChildLeftInTheBackgroundNorForEndlessOutput() throws Exception {
        Instant before = Instant.now();

        ExecResult result = run(List.of("/bin/sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x; sleep 60 & exit 0"), false);

        assertThat(result.getStdout().readAllBytes()).hasSize(1 << 20);
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void countsACommandAsDoneWhateverItLeavesInItsFolder() throws Exception {
        Path kept = folder.resolve("kept");

        run(List.of("/bin/sh", "-c", "d=$(dirname \"$WAYSTATION_PAYLOAD_FILE\"); mkdir -p \"$d/a/b\"; touch \"$d/a/b/c\"; echo $d > " + kept), false);
        run(List.of("/bin/sh", "-c", "rm -rf \"$(dirname \"$WAYSTATION_PAYLOAD_FILE\")\""), false);

        assertThat(Path.of(Files.readString(kept).strip())).doesNotExist();
    }

    @Test
    void keepsCharactersWholeThatLieAcrossTwoReads() throws Exception {
        ExecResult result = run(List.of("/bin/sh", "-c", "i=0; while [ $i -lt 9000 ]; do printf '\\342\\230\\203'; i=$((i+1)); done"), false);

        assertThat(new String(result.getStdout().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("\u2603".repeat(9000));
    }

    private static ExecResult run(List<String> words, boolean standardInput) throws Exception {
        EventCommand command = new EventCommand(words, standardInput, List.of(), Duration.ofSeconds(60));
        return command.execute(command.readInput(exchange(), null));
    }

    private static Exchange exchange() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader("CamelExecCommandExecutable", "/bin/false");
        exchange.getMessage().setHeader("CamelExecCommandArgs", "evil");
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, new Event("id-1", "c", "/s", "com.github.push", EVIL, Instant.EPOCH, "k",
                "none", null, null, "POST", "/c", null, Headers.of("x-github-event", "push", "path", "/evil"),
                EVIL.getBytes(StandardCharsets.UTF_8)));
        return exchange;
    }
}
