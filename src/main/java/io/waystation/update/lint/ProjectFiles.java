package io.waystation.update.lint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.waystation.update.task.Taskfile;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * What the rules look at: the project's Taskfile, those it includes from its own machine, and its process-compose file.
 *
 * @param taskfiles the project's own first
 * @param processes those of the process-compose file, if there is one
 * @param usesProcessCompose whether there is one
 */
record ProjectFiles(List<TaskfileSource> taskfiles, List<ManagedProcess> processes, boolean usesProcessCompose) {
    private static final int MOST_FILES = 1000;
    private static final List<String> PROCESS_COMPOSE =
            List.of("process-compose.yml", "process-compose.yaml", "compose.yml", "compose.yaml", "pc/process-compose.yml", "pc/process-compose.yaml");

    /** A Taskfile to read, and what is known of it already. */
    private record Waiting(Path file, String namespace, Map<String, Variable> variables) {
    }

    /** Reads a project; what cannot be read becomes a finding. */
    static ProjectFiles read(Path project, Report report) throws IOException {
        Path root = project.toAbsolutePath().normalize();
        List<TaskfileSource> found = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        Deque<Waiting> waiting = new ArrayDeque<>();
        Taskfile.in(root).ifPresent(file -> waiting.add(new Waiting(file, "", Map.of())));
        while (!waiting.isEmpty() && seen.size() < MOST_FILES) {
            Waiting next = waiting.poll();
            if (seen.add(next.file)) {
                taskfile(root, next, report).ifPresent(source -> {
                    found.add(source);
                    source.includes().forEach(include -> follow(root, next, source, include).ifPresent(waiting::add));
                });
            }
        }
        Optional<Path> compose = PROCESS_COMPOSE.stream().map(root::resolve).filter(Files::isRegularFile).findFirst();
        List<ManagedProcess> processes = new ArrayList<>();
        if (compose.isPresent()) {
            readProcesses(root, compose.get(), processes, report);
        }
        return new ProjectFiles(found, processes, compose.isPresent());
    }

    private static Optional<TaskfileSource> taskfile(Path root, Waiting next, Report report) throws IOException {
        try {
            return Optional.of(TaskfileReader.read(root, next.file, next.namespace, next.variables));
        } catch (YamlEngineException wrong) {
            unreadable(root, next.file, wrong, report);
            return Optional.empty();
        }
    }

    private static Optional<Waiting> follow(Path root, Waiting from, TaskfileSource source, TaskfileSource.Include include) {
        if (include.location().contains("://") || include.location().contains("{{")) {
            return Optional.empty();
        }
        Path at = from.file.getParent().resolve(include.location()).normalize();
        Optional<Path> file = Files.isDirectory(at) ? Taskfile.in(at) : Optional.of(at).filter(Files::isRegularFile);
        String namespace = include.flat() ? source.namespace()
                : source.namespace().isEmpty() ? include.namespace() : source.namespace() + ":" + include.namespace();
        return file.filter(inside -> inside.startsWith(root)).map(inside -> new Waiting(inside, namespace, include.variables()));
    }

    private static void readProcesses(Path root, Path file, List<ManagedProcess> processes, Report report) throws IOException {
        try {
            Map<String, Node> top = YamlFile.mapping(YamlFile.read(file).orElse(null));
            YamlFile.mapping(top.get("processes")).forEach((name, node) -> {
                Map<String, Node> fields = YamlFile.mapping(node);
                if (!YamlFile.isTrue(fields.get("disabled"))) {
                    Map<String, Node> probe = YamlFile.mapping(YamlFile.mapping(fields.get("readiness_probe")).get("http_get"));
                    processes.add(new ManagedProcess(root.relativize(file).toString(), name, YamlFile.line(node) - 1,
                            YamlFile.text(fields.get("command")),
                            YamlFile.mapping(fields.get("shutdown")).containsKey("timeout_seconds"),
                            Optional.of(YamlFile.text(probe.get("port"))).filter(port -> port.matches("\\d{1,5}")).map(Integer::valueOf)));
                }
            });
        } catch (YamlEngineException wrong) {
            unreadable(root, file, wrong, report);
        }
    }

    private static void unreadable(Path root, Path file, YamlEngineException wrong, Report report) {
        int line = wrong instanceof MarkedYamlEngineException marked
                ? marked.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1) : 1;
        String problem = wrong instanceof MarkedYamlEngineException marked ? marked.getProblem() : wrong.getMessage();
        report.in(root.relativize(file).toString()).error("unreadable", line, "", "this is no YAML: " + problem,
                "quote values that begin with {{ or hold a colon and a space");
    }

    /** The Taskfiles of subsystems that are built or downloaded. */
    List<TaskfileSource> subsystems() {
        return taskfiles.stream().filter(TaskfileSource::isSubsystem).toList();
    }
}
