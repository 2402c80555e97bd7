package io.waystation.update.task;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import io.waystation.update.process.Launch;
import io.waystation.update.process.ProcessTree;
import io.waystation.update.process.ProcessTreeException;
import io.waystation.update.process.ProcessTrees;
import io.waystation.work.CancelledException;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecResult;

/**
 * Runs the tasks of {@link TaskStep}s with the real {@code task}, each as a tree of processes in the lane of its subsystem.
 *
 * <p>It runs {@code task} and nothing else, with an argument list of its own making and an environment of known names.
 * A run ends by itself, at its time limit, when its work is not wanted any more, or when the hub stops; then nothing of
 * it is left, not even what {@code task} would take for a finished result. Thread-safe.
 */
public final class TaskExecutor implements ExecCommandExecutor {
    private static final String PROGRAM = "task";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

    private final ProcessTrees trees;
    private final LaneFolders folders;
    private final TaskSettings settings;
    private final Map<String, String> hubEnvironment;
    private final Consumer<TaskOutcome> meter;

    /**
     * An executor; the fingerprints of lanes in which a former hub was cut off are forgotten.
     *
     * @param folders where {@code task} keeps its fingerprints
     * @param hubEnvironment the hub's environment variables, of which few pass
     * @param meter told of every run
     */
    TaskExecutor(ProcessTrees trees, LaneFolders folders, TaskSettings settings, Map<String, String> hubEnvironment,
            Consumer<TaskOutcome> meter) throws IOException {
        this.trees = trees;
        this.folders = folders;
        this.settings = settings;
        this.hubEnvironment = Map.copyOf(hubEnvironment);
        this.meter = meter;
        for (String lane : trees.leftOver()) {
            folders.forgetFingerprints(lane);
        }
    }

    /** What {@code exec:} hands back to the step. */
    static final class Result extends ExecResult {
        private static final long serialVersionUID = 1L;

        private final transient TaskOutcome outcome;

        private Result(ExecCommand command, TaskOutcome outcome) {
            super(command, null, null, outcome.exitCode());
            this.outcome = outcome;
        }

        TaskOutcome outcome() {
            return outcome;
        }
    }

    /**
     * Runs a task to its end.
     *
     * @throws TaskFailedException when it did not succeed
     * @throws CancelledException when its work was cancelled or superseded meanwhile
     * @throws ProcessTreeException when its lane is not free or it cannot be started
     */
    @Override
    public ExecResult execute(ExecCommand command) throws TaskFailedException, IOException {
        if (!(command instanceof TaskCommand wanted) || !command.getExecutable().equals(PROGRAM)) {
            throw new IllegalArgumentException("taskExecutor runs exec:task with a task step as its binding, nothing else");
        }
        TaskCommand.Request request = wanted.request();
        Launch launch;
        SecretMask mask;
        try {
            Path program = ProcessTrees.find(settings.program(), hubEnvironment.get("PATH")).orElseThrow(() -> new IllegalArgumentException(
                    "cannot be run: there is no program " + settings.program() + "; install task or set waystation.update.task"));
            TaskEnvironment environment = new TaskEnvironment(hubEnvironment, settings.variables(), program);
            launch = launch(request, program, environment);
            mask = new SecretMask(environment.secrets());
        } catch (IllegalArgumentException wrong) {
            throw new TaskFailedException(notRun(request), wrong.getMessage());
        }
        return new Result(command, run(request, launch, mask));
    }

    private Launch launch(TaskCommand.Request request, Path program, TaskEnvironment environment) throws IOException {
        Path project = request.directory().orElse(settings.project());
        Path taskfile = Taskfile.in(project).orElseThrow(() -> new IllegalArgumentException(
                "cannot be run: there is no Taskfile in " + project + "; set waystation.update.project"));
        Map<String, String> set = new LinkedHashMap<>();
        request.set().forEach((name, value) -> {
            try {
                set.put(name, TaskText.value(name, value));
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException("was not run: " + refused.getMessage(), refused);
            }
        });
        List<String> words = new ArrayList<>(settings.limits().around(request.network(), hubEnvironment.get("PATH")));
        words.addAll(List.of(program.toString(), "--taskfile", taskfile.toString(), "--offline",
                "--disable-fuzzy", "--color=false", "--output", "prefixed"));
        if (request.force()) {
            words.add("--force");
        }
        words.add(request.task());
        return new Launch(words, environment.of(folders.of(request.lane()), set), project);
    }

    private static TaskOutcome notRun(TaskCommand.Request request) {
        return new TaskOutcome(request.task(), TaskEnd.CONFIG, -1, false, 0, List.of(), Duration.ZERO);
    }

    private TaskOutcome run(TaskCommand.Request request, Launch launch, SecretMask mask) throws TaskFailedException, IOException {
        long start = System.nanoTime();
        try (ProcessTree tree = trees.start(request.lane(), launch)) {
            OutputPump pump = new OutputPump(tree.output(), mask, settings.output(), request.log());
            Thread reader = new Thread(pump, "task-output-" + request.lane());
            reader.setDaemon(true);
            reader.start();
            Optional<TaskEnd> cutOff = follow(tree, request);
            TaskEnd end = cutOff.orElseGet(() -> TaskEnd.of(tree.exitCode()));
            if (end != TaskEnd.SUCCESS) {
                tree.end("its task failed");
                folders.forgetFingerprints(request.lane()); // before the lane is free again
            } else if (request.background()) {
                tree.release();
            } else {
                tree.end("its task has ended"); // what still runs in the background, or the output would not end
            }
            join(reader);
            TaskOutcome outcome = new TaskOutcome(request.task(), end, cutOff.isPresent() ? -1 : tree.exitCode(), pump.saidUpToDate(),
                    pump.lines(), pump.lastLines(), Duration.ofNanos(System.nanoTime() - start));
            meter.accept(outcome);
            if (end != TaskEnd.SUCCESS) {
                throw failure(request, tree, outcome);
            }
            return outcome;
        }
    }

    /** Waits for the end; says which it is if it is not the task's own. */
    private Optional<TaskEnd> follow(ProcessTree tree, TaskCommand.Request request) {
        Duration limit = request.timeout().orElse(settings.timeout());
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!tree.await(POLL)) {
                if (System.nanoTime() > deadline) {
                    tree.end("it took longer than " + limit.toSeconds() + " s");
                    return Optional.of(TaskEnd.TIMED_OUT);
                }
                if (request.lease().isPresent() && !request.lease().get().isHeld()) {
                    tree.end(request.lease().get().stopReason().orElse("its work was given to another attempt"));
                    return Optional.of(TaskEnd.STOPPED);
                }
            }
        } catch (InterruptedException stopping) {
            tree.end("the hub stops");
            Thread.currentThread().interrupt();
        }
        return tree.endedBecause().map(reason -> TaskEnd.STOPPED);
    }

    /** A process left in the background may hold the output open; what it writes is not waited for. */
    private static void join(Thread reader) {
        try {
            reader.join(LAST_OUTPUT.toMillis());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static TaskFailedException failure(TaskCommand.Request request, ProcessTree tree, TaskOutcome outcome) {
        String why = tree.endedBecause().orElse("");
        if (outcome.end() == TaskEnd.STOPPED) {
            request.lease().flatMap(lease -> lease.stopReason()).ifPresent(reason -> {
                throw new CancelledException("task " + request.task() + " was stopped: " + reason);
            });
            return new TaskFailedException(outcome, "was stopped: " + why);
        }
        if (outcome.end() == TaskEnd.TIMED_OUT) {
            return new TaskFailedException(outcome, "was ended: " + why);
        }
        List<String> lines = outcome.lastLines();
        return new TaskFailedException(outcome, "ended with exit code " + outcome.exitCode()
                + (lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1)));
    }
}
