package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code examples/fleet/run}, as a person runs it: the packaged hub three times, a real upstream, real builds and supervisors. Runs in
 * the phase {@code verify}. With {@code -Dhub.package=classes} the hubs run from the classes of this build, without packaging.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class FleetExampleIT {
    private static final String DONE = "== Done: all that should happen did";

    @BeforeAll
    static void find() {
        List.of("bash", "git", "curl", "openssl", "go", "task", "process-compose").forEach(OutsideTool::required);
    }

    private static String run(String... options) throws IOException, InterruptedException {
        Path output = Path.of("target", "fleet-example" + String.join("", options) + ".out").toAbsolutePath();
        ProcessBuilder builder = new ProcessBuilder("examples/fleet/run").redirectErrorStream(true).redirectOutput(output.toFile());
        builder.command().addAll(List.of(options));
        if ("classes".equals(System.getProperty("hub.package"))) {
            builder.environment().put("FLEET_CLASSPATH", absolute(System.getProperty("java.class.path")));
        }
        builder.environment().put("JAVA_HOME", System.getProperty("hub.java-home", System.getProperty("java.home")));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(14, TimeUnit.MINUTES)).as("it ends; see %s", output).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    private static String absolute(String classpath) {
        return String.join(File.pathSeparator, List.of(classpath.split(File.pathSeparator)).stream()
                .map(entry -> Path.of(entry).toAbsolutePath().toString()).toList());
    }

    @Test
    void aTagChangesAllMachinesAndAVersionThatCrashesGoesNoFurtherThanTheFirstMachineItCrashesOn() throws Exception {
        assertThat(run("--break", "--break-user")).contains("it reaches the first machine", "it reaches the second machine",
                "v1.2.0 is rolled back and in quarantine", "nothing is built or restarted", "the hub looked at it",
                "the first machine goes back to v1.1.0", "the rollout is halted", DONE);
    }
}
