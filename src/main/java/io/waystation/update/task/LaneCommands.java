package io.waystation.update.task;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.waystation.update.change.ChangeException;
import io.waystation.update.change.CommandRunner;
import io.waystation.update.process.Launch;
import io.waystation.update.process.ProcessTree;
import io.waystation.update.process.ProcessTreeException;
import io.waystation.update.process.ProcessTrees;

/**
 * Runs short commands of subsystems, such as a health check or {@code task reload PROC=nats}, with the environment that
 * tasks have and in the folder of the Taskfile. Thread-safe; one command at a time in each lane.
 */
public final class LaneCommands {
    private static final int SHOWN = 200;
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

    private final ProcessTrees trees;
    private final LaneFolders folders;
    private final TaskSettings settings;
    private final Map<String, String> hubEnvironment;

    LaneCommands(ProcessTrees trees, LaneFolders folders, TaskSettings settings, Map<String, String> hubEnvironment) {
        this.trees = trees;
        this.folders = folders;
        this.settings = settings;
        this.hubEnvironment = Map.copyOf(hubEnvironment);
    }

    /**
     * Commands of one lane.
     *
     * @param lane lower-case words joined by dashes
     * @param background whether processes that a command leaves behind may go on, because it starts a service
     */
    public CommandRunner in(String lane, boolean background) {
        return (command, timeout) -> run(lane, background, command, timeout);
    }

    private CommandRunner.Ended run(String lane, boolean background, List<String> command, Duration timeout) {
        String named = command.get(0).equals("task") ? settings.program() : command.get(0);
        Path program = ProcessTrees.find(named, hubEnvironment.get("PATH")).orElseThrow(() ->
                ChangeException.refused("no-such-program", "There is no program " + named + "."));
        Map<String, String> set = new TreeMap<>();
        List<String> words = new ArrayList<>(List.of(program.toString()));
        for (String word : command.subList(1, command.size())) {
            int equals = named.equals(settings.program()) ? word.indexOf('=') : -1;
            if (equals > 0) { // as an argument it would be a template, and be pasted into shell text
                String name = TaskText.variable(word.substring(0, equals));
                set.put(name, TaskText.value(name, word.substring(equals + 1)));
            } else {
                words.add(word);
            }
        }
        TaskEnvironment environment = new TaskEnvironment(hubEnvironment, settings.variables(), program);
        Path project = settings.project().toAbsolutePath().normalize();
        try (ProcessTree tree = trees.start(lane, new Launch(words, environment.of(folders.of(lane), set), project))) {
            OutputPump pump = new OutputPump(tree.output(), new SecretMask(environment.secrets()), settings.output(), line -> { });
            Thread reader = new Thread(pump, "command-output-" + lane);
            reader.setDaemon(true);
            reader.start();
            boolean ended = tree.await(timeout);
            if (!ended) {
                tree.end("it took longer than " + timeout.toSeconds() + " s");
            } else if (background) {
                tree.release();
            } else {
                tree.end("its command has ended");
            }
            reader.join(LAST_OUTPUT.toMillis());
            List<String> lines = pump.lastLines();
            return new CommandRunner.Ended(ended ? tree.exitCode() : -1, lines.isEmpty() ? "" : shown(lines.get(lines.size() - 1)));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "The hub stops.", stopping);
        } catch (IOException | ProcessTreeException notStarted) {
            throw ChangeException.failed("not-started", words.get(0) + " cannot be run: " + notStarted.getMessage(), notStarted);
        }
    }

    private static String shown(String line) {
        return line.length() > SHOWN ? line.substring(0, SHOWN) : line;
    }
}
