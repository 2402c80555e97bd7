package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.OutsideTool;
import io.waystation.Patience;
import io.waystation.settings.Secret;
import io.waystation.update.change.ProcessControl.ProcessView;

/** The real process-compose runs a real binary: a copy of {@code sleep} with a few more bytes for each version. */
@ExtendWith(Patience.class)
class ProcessComposeTest {
    private static final String TOKEN = "a-token-of-at-least-twenty-characters";
    private static final HealthPolicy POLICY = new HealthPolicy(2, 3, Duration.ofMillis(50), Duration.ofSeconds(20),
            Duration.ofMillis(400), true);

    @TempDir
    private Path folder;
    private Path program;
    private Process supervisor;
    private Installation place;

    @BeforeEach
    void find() {
        program = OutsideTool.required("process-compose");
        place = Installation.of("svc", folder.resolve("svc"), "svc-server", "svc");
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (supervisor != null) {
            List<ProcessHandle> family = new ArrayList<>(supervisor.descendants().toList());
            supervisor.destroy();
            supervisor.waitFor(10, TimeUnit.SECONDS);
            family.add(supervisor.toHandle());
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changesARunningBinaryAndProvesThatTheNewOneRuns(boolean socket) throws IOException {
        put("sleep", "1");
        Change change = change(start(socket, "restart: \"no\""));
        change.recover();

        build(change, "1.1.0", "sleep", "2");
        HealthGate.Report report = change.finish();

        assertThat(report.proof().state()).isEqualTo(RunningFile.State.NEW);
        assertThat(change.entry().currentTag()).isEqualTo("v1.1.0");
    }

    @Test
    void putsTheOldBinaryBackWhenTheNewOneCrashesAtOnce() throws IOException {
        put("sleep", "1");
        ProcessControl control = start(true, "restart: \"no\"");
        Change change = change(control);
        change.recover();
        String old = change.entry().currentSha256();

        build(change, "1.1.0", "false", "2");
        assertThatThrownBy(change::finish).isInstanceOfSatisfying(ChangeException.class,
                refused -> assertThat(refused.code()).isEqualTo("process-ended"));

        assertThat(DurableFile.digest(place.current())).isEqualTo(old);
        assertThat(new RunningFile().check(place.current(), old, null, control.view("svc").pid()).state())
                .isEqualTo(RunningFile.State.NEW);
        assertThat(change.entry().quarantined()).hasSize(1);
    }

    @Test
    void putsTheOldBinaryBackWhenTheNewOneKeepsCrashingAndBeingStartedAgain() throws IOException {
        put("sleep", "1");
        Change change = change(start(true, "restart: always, backoff_seconds: 1"));
        change.recover();
        String old = change.entry().currentSha256();

        build(change, "1.1.0", "true", "2");
        assertThatThrownBy(change::finish).isInstanceOf(ChangeException.class);

        assertThat(DurableFile.digest(place.current())).isEqualTo(old);
        assertThat(change.entry().changing()).isNull();
    }

    @Test
    void seesThatAProcessStillRunsTheOldFile() throws IOException {
        put("sleep", "1");
        ProcessControl control = start(true, "restart: \"no\"");
        String old = DurableFile.digest(place.current());
        long pid = control.view("svc").pid();
        RunningFile running = new RunningFile();
        assertThat(running.check(place.current(), old, null, pid).state()).isEqualTo(RunningFile.State.NEW);

        put("sleep", "2");
        String now = DurableFile.digest(place.current());
        assertThat(running.check(place.current(), now, null, pid).state()).isEqualTo(RunningFile.State.OLD);
        assertThat(running.check(place.current(), now, null, 0).state()).as("found by its path").isEqualTo(RunningFile.State.OLD);
        control.reload("svc");
        // process-compose answers as soon as it forked; the new file is executed a moment later
        Awaitility.await().untilAsserted(() -> assertThat(running.check(place.current(), now, null, control.view("svc").pid()).state())
                .isEqualTo(RunningFile.State.NEW));
    }

    @Test
    void saysSoWhenThereIsNoSuchProcess() throws IOException {
        put("sleep", "1");
        ProcessControl control = start(true, "restart: \"no\"");

        assertThatThrownBy(() -> control.reload("other/one")).isInstanceOfSatisfying(ChangeException.class,
                refused -> assertThat(refused.code()).isEqualTo("no-such-process"));
        control.stop("svc");
        assertThat(control.view("svc").state()).isEqualTo(ProcessView.State.ENDED);
        control.stop("svc");
    }

    private Change change(ProcessControl control) {
        return new Change(place, Manifest.open(folder, Clock.systemUTC()), control, new HealthGate(HealthCheck.NONE, POLICY),
                List.of(), Clock.systemUTC());
    }

    private void build(Change change, String version, String program, String mark) throws IOException {
        change.begin(ChangeScene.version(version), "operation");
        put(program, mark);
        change.stage();
        change.verify(null, -1);
    }

    /** As a linker does: a new file takes the name. */
    private void put(String original, String mark) throws IOException {
        Path draft = folder.resolve("linked");
        Files.createDirectories(place.current().getParent());
        Files.copy(Path.of("/bin", original), draft, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(draft, "version " + mark, StandardOpenOption.APPEND);
        Files.move(draft, place.current(), StandardCopyOption.REPLACE_EXISTING);
    }

    private ProcessControl start(boolean socket, String availability) throws IOException {
        Path yaml = Files.writeString(folder.resolve("process-compose.yaml"), """
                version: "0.5"
                processes:
                  svc:
                    command: "exec %s 1000"
                    availability: {%s}
                    shutdown: {timeout_seconds: 5}
                """.formatted(place.current(), availability));
        List<String> command = new ArrayList<>(List.of(program.toString(), "up", "-t=false", "--keep-project",
                "-f", yaml.toString(), "-L", folder.resolve("log").toString()));
        String address;
        if (socket) {
            command.addAll(List.of("-U", "-u", folder.resolve("pc.sock").toString()));
            address = "unix:" + folder.resolve("pc.sock");
        } else {
            int port = freePort();
            command.addAll(List.of("-p", Integer.toString(port)));
            address = "http://127.0.0.1:" + port;
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("PC_API_TOKEN", TOKEN);
        supervisor = builder.start();
        ProcessCompose control = ProcessCompose.at(address, Optional.of(Secret.of(TOKEN)), Duration.ofSeconds(20));
        Awaitility.await().untilAsserted(() ->
                assertThat(control.view("svc").state()).as(Files.readString(folder.resolve("output"))).isEqualTo(ProcessView.State.RUNNING));
        return control;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
