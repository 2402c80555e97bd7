package io.waystation.update.lint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads what the rules look at from a Taskfile.
 *
 * @see <a href="https://taskfile.dev/docs/reference/schema">the schema of Taskfiles</a>
 */
final class TaskfileReader {
    private TaskfileReader() {
    }

    static TaskfileSource read(Path project, Path file, String namespace, Map<String, Variable> given) throws IOException {
        Node document = YamlFile.read(file).orElse(null);
        Map<String, Node> top = YamlFile.mapping(document);
        Map<String, Variable> variables = new LinkedHashMap<>(given);
        variables.putAll(variables(top.get("env")));
        variables.putAll(variables(top.get("vars")));
        List<TaskEntry> tasks = new ArrayList<>();
        YamlFile.mapping(top.get("tasks")).forEach((name, node) -> tasks.add(task(name, node)));
        List<TaskfileSource.Include> includes = new ArrayList<>();
        YamlFile.mapping(top.get("includes")).forEach((name, node) -> includes.add(include(name, node)));
        return new TaskfileSource(project.relativize(file).toString(), namespace, variables, tasks, includes);
    }

    private static TaskfileSource.Include include(String name, Node node) {
        Map<String, Node> fields = YamlFile.mapping(node);
        String location = node instanceof ScalarNode ? YamlFile.text(node) : YamlFile.text(fields.get("taskfile"));
        return new TaskfileSource.Include(name, location, YamlFile.isTrue(fields.get("flatten")), variables(fields.get("vars")),
                YamlFile.line(node));
    }

    private static Map<String, Variable> variables(Node node) {
        Map<String, Variable> variables = new LinkedHashMap<>();
        YamlFile.mapping(node).forEach((name, value) ->
                variables.put(name, new Variable(name, YamlFile.text(value), value instanceof ScalarNode, YamlFile.line(value))));
        return variables;
    }

    /** A task is a mapping, or for short its one command or the list of its commands. */
    private static TaskEntry task(String name, Node node) {
        if (node instanceof ScalarNode || node instanceof SequenceNode) {
            return new TaskEntry(name, YamlFile.line(node), commands(node), List.of(), Map.of(), false, false);
        }
        Map<String, Node> fields = YamlFile.mapping(node);
        Node runs = fields.containsKey("cmds") ? fields.get("cmds") : fields.get("cmd");
        Map<String, Variable> variables = new LinkedHashMap<>(variables(fields.get("env")));
        variables.putAll(variables(fields.get("vars")));
        boolean ignores = YamlFile.isTrue(fields.get("ignore_error"))
                || YamlFile.items(runs).stream().anyMatch(command -> YamlFile.isTrue(YamlFile.mapping(command).get("ignore_error")));
        return new TaskEntry(name, YamlFile.line(node) - 1, commands(runs), commands(fields.get("status")), variables, ignores,
                fields.containsKey("prompt"));
    }

    private static List<Command> commands(Node node) {
        List<Command> commands = new ArrayList<>();
        for (Node item : YamlFile.items(node)) {
            Map<String, Node> fields = YamlFile.mapping(item);
            Node deferred = fields.get("defer");
            Node text = item instanceof ScalarNode ? item : fields.getOrDefault("cmd", deferred);
            if (text instanceof ScalarNode) {
                commands.add(new Command(YamlFile.text(text), YamlFile.line(text)));
            }
        }
        return commands;
    }
}
