package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.OutsideTool;
import io.waystation.update.git.GitUpstream;

/**
 * The packaged hub brings itself to a new version, and back from one that does not start. Runs after packaging:
 * {@code mvn surefire:test -Dtest=SelfUpdateTest -Dhub.package=target/waystation}.
 */
class SelfUpdateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String ROUTES = """
            - templatedRoute:
                routeTemplateRef: upstream
                routeId: upstream-waystation
                prefixId: waystation
                parameters:
                  - {name: subsystem, value: waystation}
                  - {name: repository, value: "acme/waystation=%s"}
                  - {name: artefact, value: .bin/waystation.tar.gz}
                  - {name: process, value: self}
                  - {name: mode, value: dev}
            """;
    private static final String TASKS = """
            version: '3'
            tasks:
              waystation:src:update:
                cmds:
                  - echo "$WAYSTATION_VERSION"
              waystation:bin:build:
                cmds:
                  - mkdir -p waystation/.bin
                  - tar -C "packages/$WAYSTATION_VERSION" -c . | gzip -1 > waystation/.bin/waystation.tar.gz
            """;

    @TempDir
    private Path folder;
    private Path home;
    private Path project;
    private GitUpstream upstream;
    private final List<Process> supervisors = new ArrayList<>();

    @BeforeEach
    void install() throws Exception {
        Optional<String> given = Optional.ofNullable(System.getProperty("hub.package")).filter(path -> !path.isBlank());
        assumeTrue(given.isPresent(), "needs the packaged hub: -Dhub.package=target/waystation");
        Path packaged = Path.of(given.get()).toAbsolutePath();
        assertThat(packaged.resolve("bin/waystation")).exists();
        home = folder.resolve("home");
        project = Files.createDirectories(folder.resolve("project"));
        copy(packaged, home);
        upstream = new GitUpstream(Files.createDirectories(folder.resolve("upstream")));
        Files.writeString(project.resolve("Taskfile.yml"), TASKS);
        Files.writeString(home.resolve("routes/own.camel.yaml"), ROUTES.formatted(upstream.address()));
        Files.writeString(home.resolve("routes/upstreams.camel.yaml"), "# mine\n" + Files.readString(home.resolve("routes/upstreams.camel.yaml")));
        for (String version : List.of("v1.1.0", "v1.2.0")) {
            Path next = project.resolve("packages").resolve(version);
            copy(packaged, next);
            Files.writeString(next.resolve("lib/version.txt"), version);
            Files.writeString(next.resolve("routes/relay.camel.yaml"), "# of " + version + "\n" + Files.readString(next.resolve("routes/relay.camel.yaml")));
            Files.writeString(next.resolve("routes/upstreams.camel.yaml"), "# theirs\n" + Files.readString(next.resolve("routes/upstreams.camel.yaml")));
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to.getParent());
        assertThat(new ProcessBuilder("cp", "-r", from.toString(), to.toString()).start().waitFor()).isZero();
        assertThat(new ProcessBuilder("sh", "-c", "rm -f '" + to + "'/lib/*.jsa").start().waitFor()).isZero();
    }

    @AfterEach
    void end() {
        supervisors.forEach(supervisor -> {
            supervisor.destroyForcibly();
            supervisor.onExit().join();
        });
        if (home != null) {
            hubs().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private List<ProcessHandle> hubs() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(home + "/lib/waystation.jar")).toList();
    }

    /** Starts the hub as its supervisor does, if there is one: the words in front of the command. */
    private void start(List<String> supervisor, String... more) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(supervisor);
        command.addAll(List.of(home.resolve("bin/waystation").toString(), "serve", "--port", Integer.toString(port),
                "--data", folder.resolve("data").toString()));
        List<String> settings = new ArrayList<>(List.of("project=" + project, "task=" + OutsideTool.required("task"), "file-upstreams=true", "quiet=0s",
                "soak=1s", "health-interval=200ms", "reload-timeout=30s"));
        settings.addAll(List.of(more));
        for (String setting : settings) {
            command.addAll(List.of("-D", "waystation.update." + setting));
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("hub.java-home", System.getProperty("java.home")));
        Process started = builder.start();
        if (!supervisor.isEmpty()) {
            supervisors.add(started);
        }
        await().atMost(LONG).until(this::isHealthy);
    }

    private boolean isHealthy() throws InterruptedException {
        try {
            URI health = URI.create(Files.readString(folder.resolve("data/address")).strip() + "/health");
            return CLIENT.send(HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private String said(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/waystation").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private JsonNode manifest() throws IOException {
        Path file = project.resolve(".version-manifest.json");
        return Files.exists(file) ? JSON.readTree(file.toFile()).at("/subsystems/waystation") : JSON.missingNode();
    }

    private void release(String tag) throws Exception {
        upstream.commit(tag);
        upstream.tag(tag);
        said("update", "waystation");
    }

    private void awaitVersion(String tag) {
        await(tag).atMost(LONG).untilAsserted(() -> {
            assertThat(manifest().path("current_tag").asText()).as("%s", manifest()).isEqualTo(tag);
            assertThat(manifest().hasNonNull("changing")).isFalse();
            assertThat(isHealthy()).isTrue();
        });
    }

    @Test
    void bringsItselfToANewVersionAndBackFromOneThatDoesNotStart() throws Exception {
        start(List.of());
        long before = hubs().get(0).pid();

        release("v1.1.0");

        awaitVersion("v1.1.0");
        assertThat(hubs()).singleElement().satisfies(hub -> assertThat(hub.pid()).isNotEqualTo(before));
        assertThat(home.resolve("lib/version.txt")).hasContent("v1.1.0");
        assertThat(Files.readString(home.resolve("routes/relay.camel.yaml"))).as("nobody edited it").startsWith("# of v1.1.0");
        assertThat(Files.readString(home.resolve("routes/upstreams.camel.yaml"))).as("edited").startsWith("# mine");
        assertThat(Files.readString(home.resolve("routes/upstreams.camel.yaml.new"))).startsWith("# theirs");
        assertThat(home.resolve("routes/own.camel.yaml")).as("added").exists();
        await().untilAsserted(() -> assertThat(said("operations", "list", "--json")).contains("\"succeeded\"").doesNotContain("\"running\""));

        Path bad = project.resolve("packages/v1.2.0/bin/waystation");
        Files.writeString(bad, "#!/bin/sh\necho this version does not start >&2\nexit 1\n");
        release("v1.2.0");

        await().atMost(LONG).untilAsserted(() -> assertThat(manifest().at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.2.0"));
        awaitVersion("v1.1.0");
        assertThat(manifest().at("/quarantined/0/reason").asText()).contains("hand-off-failed").contains("ended with exit code 1");
        assertThat(home.resolve("lib/version.txt")).hasContent("v1.1.0");
        assertThat(hubs()).hasSize(1);
        assertThat(said("why", "waystation")).contains("quarantined");
    }

    /** The supervisor starts the hub again whenever it ends; its restart refuses a program that does not run, as a unit's check before the start would. */
    @Test
    void letsASupervisorRestartItAndGoesBackWhenThatRefuses() throws Exception {
        Path supervise = Files.writeString(folder.resolve("supervise.sh"), "while :; do \"$@\" & echo $! > '" + folder + "/pid'; wait $!; sleep 0.2; done\n");
        Path restart = Files.writeString(folder.resolve("restart.sh"), "'" + home + "/bin/waystation' --version && kill $(cat '" + folder + "/pid')\n");
        start(List.of("sh", supervise.toString()), "self-restart=sh," + restart);
        long before = hubs().get(0).pid();

        release("v1.1.0");

        awaitVersion("v1.1.0");
        assertThat(hubs()).singleElement().satisfies(hub -> {
            assertThat(hub.pid()).isNotEqualTo(before);
            assertThat(hub.parent()).map(ProcessHandle::pid).as("the supervisor's").contains(supervisors.get(0).pid());
        });
        assertThat(home.resolve("lib/version.txt")).hasContent("v1.1.0");

        Files.writeString(project.resolve("packages/v1.2.0/bin/waystation"), "#!/bin/sh\nexit 1\n");
        release("v1.2.0");

        await().atMost(LONG).untilAsserted(() -> assertThat(manifest().at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.2.0"));
        awaitVersion("v1.1.0");
        assertThat(manifest().at("/quarantined/0/reason").asText()).contains("hand-off-failed").contains("did not restart the hub");
        assertThat(home.resolve("lib/version.txt")).hasContent("v1.1.0");
        await().atMost(LONG).untilAsserted(() -> assertThat(hubs()).singleElement()
                .satisfies(hub -> assertThat(hub.parent()).map(ProcessHandle::pid).contains(supervisors.get(0).pid())));
    }
}
