package io.waystation.update.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.OutsideTool;
import io.waystation.update.process.ProcessTrees;
import io.waystation.work.CancelledException;
import io.waystation.work.WorkLease;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kamelet task-action, in a hub, with the real task. */
class TaskActionTest {
    private static final Path TASKFILE = Path.of("src/test/resources/task/Taskfile.yml");
    private static final String ROUTE = """
            - route:
                id: %1$s
                description: Runs a task
                errorHandler:
                  noErrorHandler: {}
                from:
                  uri: direct:%1$s
                  steps:
                    - to:
                        uri: kamelet:task-action
                        parameters:
            """;

    @TempDir
    private static Path folder;
    private static Path project;
    private static HubFixture hub;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        Path task = OutsideTool.required("task");
        project = Files.createDirectories(folder.resolve("project"));
        HubHome home = HubHome.in(folder);
        for (String name : List.of("bin:build", "environment", "nested", "required", "asks", "reads", "args", "long", "unknown", "limits")) {
            home.route(name.replace(':', '-') + ".camel.yaml", route(name.replace(':', '-'), "nats:" + name, ""));
        }
        home.route("named.camel.yaml", route("named", "\"${exchangeProperty.tasks}:bin:build\"", ""));
        home.route("short.camel.yaml", route("short", "nats:bin:build", "timeLimit: 5s"));
        home.route("force.camel.yaml", route("force", "nats:ensure", "force: true"));
        home.route("alone.camel.yaml", route("alone", "nats:limits", "network: false"));
        home.route("daemon.camel.yaml", route("daemon", "nats:daemon", ""));
        home.route("service.camel.yaml", route("service", "nats:daemon", "background: true"));
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()), "waystation.update.project", project.toString(),
                "waystation.update.task", task.toString(), "waystation.update.task-grace", "300ms",
                "waystation.update.task-memory", "64GiB", "waystation.update.task-file-size", "1MiB", "waystation.update.task-processes", "30000");
    }

    private static String route(String id, String task, String more) {
        return (ROUTE + """
                          task: %2$s
                          subsystem: nats
                          environment: "NATS_VERSION=${exchangeProperty.version}, PROC=nats"
                          %3$s
            """).formatted(id, task, more);
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @BeforeEach
    void emptyProject() throws Exception {
        try (var files = Files.list(project)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.copy(TASKFILE, project.resolve("Taskfile.yml"));
        Files.writeString(project.resolve("source.txt"), "source");
        new LaneFolders(folder.resolve("data/tasks")).forgetFingerprints("nats");
    }

    private Exchange run(String route, String version) {
        return run(route, version, Map.of(), null);
    }

    private Exchange run(String route, String version, Map<String, Object> headers, WorkLease lease) {
        return hub.context().createProducerTemplate().send("direct:" + route, exchange -> {
            exchange.setProperty("version", version);
            exchange.setProperty(TaskStep.LOG_PROPERTY, (Consumer<String>) lines::add);
            exchange.setProperty(WorkLease.PROPERTY, lease);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
            exchange.getMessage().setBody("the body");
        });
    }

    private static TaskOutcome outcome(Exchange exchange) {
        if (exchange.getException() != null) {
            throw new AssertionError(exchange.getException());
        }
        return exchange.getProperty(TaskStep.OUTCOME_PROPERTY, TaskOutcome.class);
    }

    private static TaskFailedException failure(Exchange exchange) {
        assertThat(exchange.getException()).isInstanceOf(TaskFailedException.class);
        return exchange.getException(TaskFailedException.class);
    }

    @Test
    void runsATargetWithItsVersionAndTellsWhatItWrote() {
        Exchange exchange = run("bin-build", "v2.10.25");

        TaskOutcome outcome = outcome(exchange);
        assertThat(outcome.end()).isEqualTo(TaskEnd.SUCCESS);
        assertThat(outcome.saidUpToDate()).isFalse();
        assertThat(lines).anyMatch(line -> line.endsWith("building v2.10.25 as v2.10.25"));
        assertThat(project.resolve("nats.bin")).hasContent("source");
        assertThat(exchange.getMessage().getBody()).isEqualTo("the body");
        assertThat(outcome(run("bin-build", "v2.10.25")).saidUpToDate()).isTrue();
    }

    @Test
    void givesATaskNothingOfTheHubsEnvironmentButWhatBuildsNeed() {
        outcome(run("environment", "v1"));

        List<String> names = lines.stream().map(line -> line.replaceFirst("^\\[[^]]*] ", ""))
                .filter(line -> line.contains("=")).map(line -> line.substring(0, line.indexOf('='))).toList();
        assertThat(names).contains("PATH", "NATS_VERSION", "PROC", "TASK_TEMP_DIR", "WAYSTATION_TREE")
                .filteredOn(name -> name.startsWith("WAYSTATION_")).containsExactly("WAYSTATION_TREE");
        assertThat(names).noneMatch(name -> System.getenv().containsKey(name)
                && !List.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "JAVA_HOME", "PWD", "OLDPWD",
                        "SHLVL", "_", "NO_COLOR").contains(name)
                && !name.startsWith("GO") && !name.startsWith("XDG_") && !name.startsWith("SSL_") && !name.startsWith("CARGO_")
                && !name.startsWith("RUSTUP_") && !name.toUpperCase(Locale.ROOT).endsWith("_PROXY") && !name.equals("DOCKER_HOST"));
    }

    @Test
    void holdsATaskAndItsChildrenToTheirLimits() throws Exception {
        OutsideTool.required("prlimit");

        outcome(run("limits", "v1"));

        assertThat(String.join("\n", lines)).contains("memory " + (64L << 20), "too large", "network " + network());
    }

    @Test
    void givesATaskNoNetworkWhereItsStepSaysSo() throws Exception {
        String unshare = OutsideTool.required("unshare").toString();
        assumeTrue(new ProcessBuilder(unshare, "--net", "true").start().waitFor() == 0
                || new ProcessBuilder(unshare, "--net", "--map-current-user", "true").start().waitFor() == 0, "this machine lets nobody be without network");

        outcome(run("alone", "v1"));

        assertThat(String.join("\n", lines)).contains("memory " + (64L << 20), "network net:").doesNotContain(network());
    }

    private static String network() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    }

    @Test
    void takesTheNameOfATaskFromAPropertyAndRefusesWhatIsNone() {
        assertThat(outcome(named("nats")).end()).isEqualTo(TaskEnd.SUCCESS);

        for (String hostile : List.of("--yes nats", "nats;id", "$(id)", "../nats", "")) {
            assertThat(named(hostile).getException()).as(hostile).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private Exchange named(String tasks) {
        return hub.context().createProducerTemplate().send("direct:named", exchange -> {
            exchange.setProperty("tasks", tasks);
            exchange.setProperty("version", "v1");
        });
    }

    @Test
    void letsTasksCallTaskThemselves() {
        outcome(run("nested", "v7"));

        assertThat(lines).anyMatch(line -> line.contains("NATS_VERSION=v7"));
    }

    @Test
    void satisfiesRequiredVariablesByTheEnvironment() {
        outcome(run("required", "v1"));

        assertThat(lines).anyMatch(line -> line.endsWith("reload nats"));
    }

    /** Every name Camel's exec: would take, and the ways its name has been written around filters. */
    @ParameterizedTest
    @ValueSource(strings = {"CamelExecCommandExecutable", "CamelExecCommandArgs", "CamelExecCommandWorkingDir", "CamelExecCommandTimeout",
        "CamelExecCommandOutFile", "CamelExecCommandExitValues", "CamelExecUseStderrOnEmptyStdout", "CamelExecCommandLogLevel",
        "CAmelExecCommandExecutable", "camelexeccommandargs", "CAMELEXECCOMMANDARGS", "Camel-Exec-Command-Args", "camel_exec_command_args",
        "camel.exec.command.args", "_CamelExecCommandArgs", "org.apache.camel.exec", "CamelExecExitValue"})
    void letsNothingOfAnEventSteerIt(String header) {
        Exchange exchange = run("args", "v1", Map.of(header, header.toLowerCase(Locale.ROOT).contains("timeout") ? "1" : "/usr/bin/touch evil",
                "X-GitHub-Event", "push"), null);

        TaskOutcome outcome = outcome(exchange);
        assertThat(outcome.task()).isEqualTo("nats:args");
        assertThat(String.join(" ", lines)).contains("--offline --disable-fuzzy --color=false --output prefixed nats:args")
                .doesNotContain("evil");
        assertThat(project.resolve("evil")).doesNotExist();
        assertThat(exchange.getMessage().getHeaders()).containsEntry("X-GitHub-Event", "push");
        if (!header.startsWith("org")) {
            assertThat(exchange.getMessage().getHeaders()).doesNotContainKey(header);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"$(touch evil)", "v1;touch evil", "{{env \"PATH\"}}", "-x", "--yes", "v1, PROC=arc", "v1\nv2", "`id`"})
    void refusesAVersionThatIsMoreThanAVersion(String version) {
        TaskFailedException failure = failure(run("bin-build", version));

        assertThat(failure.code()).isEqualTo("task-config");
        assertThat(failure.isWorthRetrying()).isFalse();
        assertThat(failure).hasMessageContaining("the value of NATS_VERSION").hasMessageNotContaining("\n");
        assertThat(lines).isEmpty();
        assertThat(project.resolve("evil")).doesNotExist();
    }

    @Test
    void makesNoOtherVariableOfAValue() {
        outcome(run("environment", "v1,PROC=arc"));

        assertThat(lines).anyMatch(line -> line.endsWith("NATS_VERSION=v1,PROC=arc")).anyMatch(line -> line.endsWith(" PROC=nats"));
    }

    @Test
    void classesAFailedCommandAsABuildThatMayBeRetried() throws Exception {
        Files.createFile(project.resolve("broken"));

        TaskFailedException failure = failure(run("bin-build", "v2"));

        assertThat(failure.code()).isEqualTo("task-build");
        assertThat(failure.getExitValue()).isEqualTo(201);
        assertThat(failure.lastLines()).isNotEmpty();
        Files.delete(project.resolve("broken"));
        assertThat(outcome(run("bin-build", "v2")).saidUpToDate()).as("the failed run counts as done").isFalse();
    }

    @Test
    void classesAnUnknownTargetAsConfigurationAndAnswersNoPrompt() {
        assertThat(failure(run("unknown", "v1"))).extracting(TaskFailedException::code, TaskFailedException::getExitValue)
                .containsExactly("task-config", 200);
        assertThat(failure(run("asks", "v1"))).hasMessageContaining("prompt");
        assertThat(project.resolve("answered")).doesNotExist();
    }

    @Test
    void neverWaitsForInput() {
        outcome(run("reads", "v1"));

        assertThat(lines).anyMatch(line -> line.endsWith("read nothing"));
    }

    @Test
    void forcesTheTargetButNotWhatItDependsOn() {
        outcome(run("force", "v1"));

        assertThat(project.resolve("ensured")).exists();
        assertThat(project.resolve("updated")).doesNotExist();
    }

    @Test
    void endsEverythingAtTheTimeLimitAndForgetsTheHalfBuiltResult() throws Exception {
        Files.createFile(project.resolve("slow"));

        TaskFailedException failure = failure(run("short", "v2"));

        assertThat(failure.code()).isEqualTo("task-timed-out");
        assertThat(Files.readAllLines(project.resolve("pids")).stream().map(Long::valueOf)).noneMatch(TaskActionTest::runs);
        Files.delete(project.resolve("slow"));
        assertThat(outcome(run("bin-build", "v2")).saidUpToDate()).as("what was killed counts as done").isFalse();
        assertThat(project.resolve("nats.bin")).exists();
    }

    @Test
    void stopsWhenItsWorkIsSuperseded() throws Exception {
        AtomicBoolean held = new AtomicBoolean(true);
        WorkLease lease = (WorkLease) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {WorkLease.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isHeld" -> held.get();
                    case "stopReason" -> held.get() ? Optional.empty() : Optional.of("a newer version is wanted");
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        Thread newer = new Thread(() -> {
            await().until(() -> Files.exists(project.resolve("pids")));
            held.set(false);
        });
        newer.start();

        Exchange exchange = run("long", "v2", Map.of(), lease);

        newer.join();
        assertThat(exchange.getException()).isInstanceOf(CancelledException.class).hasMessageContaining("a newer version is wanted");
        assertThat(Files.readAllLines(project.resolve("pids")).stream().map(Long::valueOf)).noneMatch(TaskActionTest::runs);
    }

    @Test
    void endsWhatATaskLeavesBehindUnlessItIsTheServiceAskedFor() throws Exception {
        outcome(run("daemon", "v1"));
        assertThat(runs(Long.parseLong(Files.readString(project.resolve("daemon")).strip()))).isFalse();

        outcome(run("service", "v1"));
        long service = Long.parseLong(Files.readString(project.resolve("daemon")).strip());
        assertThat(runs(service)).isTrue();
        ProcessHandle.of(service).orElseThrow().destroyForcibly();
    }

    @Test
    void keepsTheFingerprintsOfALaneInAFolderOfItsOwn() throws Exception {
        outcome(run("bin-build", "v1"));

        assertThat(project.resolve(".task")).doesNotExist();
        assertThat(folder.resolve("data/tasks/nats/project/checksum")).isNotEmptyDirectory();
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Files.delete(project.resolve("Taskfile.yml"));

        assertThat(failure(run("bin-build", "v1"))).hasMessageContaining("there is no Taskfile in " + project);
    }

    @Test
    void runsNothingButStepsOfTasks() {
        Throwable refused = catchThrowable(() -> hub.context().createProducerTemplate()
                .requestBody("exec:touch?args=evil&commandExecutor=#taskExecutor", "x"));

        assertThat(refused).hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAStepWithAWrongNameWhenItsRouteIsMade() {
        assertThat(catchThrowable(() -> new TaskStep().setTask("--yes"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(catchThrowable(() -> new TaskStep().setEnvironment("PATH=/evil"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(hub.bean("processTrees", ProcessTrees.class).running("nats")).isEmpty();
    }

    private static boolean runs(long pid) {
        return Files.exists(Path.of("/proc/" + pid)) && !stateOf(pid).equals("Z");
    }

    private static String stateOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException ended) {
            return "Z";
        }
    }
}
