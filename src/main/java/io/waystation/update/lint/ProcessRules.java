package io.waystation.update.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes can be restarted, and do not take each other's ports. */
final class ProcessRules implements Rules {
    private static final int PORT_OF_PROCESS_COMPOSE = 8080;
    private static final Pattern RESTART = Pattern.compile("process-compose\\b.*\\bprocess\\s+restart\\b");
    private static final Pattern ELSEWHERE = Pattern.compile(
            "process-compose\\b.*\\s(?:-U\\b|-u\\s|--use-uds|--unix-socket|-p\\s*\\d|--port|--no-server)|PC_PORT_NUM|PC_SOCKET_PATH|PC_NO_SERVER");
    private static final Pattern PORT_OPTION = Pattern.compile("--(?:http-?)?port[=\\s]+(\\d{2,5})\\b");
    private static final Pattern DEFAULT = Pattern.compile("default\\s+\"?(\\d{2,5})\"?");

    /** A port somebody means to listen on. */
    private record Use(String owner, String file, int line, String subject) {
    }

    @Override
    public void check(ProjectFiles project, Report report) {
        boolean restarts = commands(project).anyMatch(text -> RESTART.matcher(text).find());
        for (ManagedProcess process : project.processes()) {
            if (!process.waitsForDeath()) {
                String message = "process-compose restarts it without waiting for the old one to end, so that both want its port";
                String fix = "set shutdown.timeout_seconds";
                if (restarts) {
                    report.in(process.file()).error("restart-without-timeout", process.line(), process.name(), message, fix);
                } else {
                    report.in(process.file()).warning("restart-without-timeout", process.line(), process.name(), message, fix);
                }
            }
        }
        ports(project).forEach((port, uses) -> {
            List<String> owners = uses.stream().map(Use::owner).distinct().toList();
            if (owners.size() > 1) {
                Use use = uses.stream().filter(each -> !each.file.isEmpty()).reduce((first, last) -> last).orElseThrow();
                report.in(use.file).error("port-clash", use.line, use.subject, "port " + port + " is wanted by " + String.join(" and ", owners)
                        + (owners.contains("process-compose") ? " (for its own API, unless it is told another or a socket)" : ""),
                        "give each a port of its own");
            }
        });
    }

    private static Stream<String> commands(ProjectFiles project) {
        return Stream.concat(project.taskfiles().stream().flatMap(source -> source.tasks().stream())
                        .flatMap(task -> task.commands().stream()).flatMap(command -> command.lines().stream()).map(Command::text),
                project.processes().stream().map(ManagedProcess::command));
    }

    private static Map<Integer, List<Use>> ports(ProjectFiles project) {
        Map<Integer, List<Use>> ports = new TreeMap<>();
        boolean hasProcessCompose = project.usesProcessCompose() || commands(project).anyMatch(text -> text.contains("process-compose "));
        boolean elsewhere = Stream.concat(commands(project), project.taskfiles().stream().flatMap(source -> source.variables().keySet().stream()))
                .anyMatch(text -> ELSEWHERE.matcher(text).find());
        if (hasProcessCompose && !elsewhere) {
            add(ports, PORT_OF_PROCESS_COMPOSE, new Use("process-compose", "", 0, ""));
        }
        for (TaskfileSource source : project.taskfiles()) {
            String owner = source.namespace().isEmpty() ? "the project" : source.namespace();
            source.variables().values().forEach(variable -> port(variable)
                    .ifPresent(port -> add(ports, port, new Use(owner, source.file(), variable.line(), variable.name()))));
            source.tasks().forEach(task -> task.commands().stream().flatMap(command -> command.lines().stream()).forEach(line -> {
                Matcher option = PORT_OPTION.matcher(line.text());
                while (option.find() && !line.text().contains("process-compose")) {
                    add(ports, Integer.parseInt(option.group(1)), new Use(owner, source.file(), line.line(), source.called(task)));
                }
            }));
        }
        project.processes().forEach(process -> process.probedPort()
                .ifPresent(port -> add(ports, port, new Use(process.name(), process.file(), process.line(), process.name()))));
        return ports;
    }

    private static Optional<Integer> port(Variable variable) {
        if (!variable.name().endsWith("PORT")) {
            return Optional.empty();
        }
        Matcher fallback = DEFAULT.matcher(variable.value());
        String text = fallback.find() ? fallback.group(1) : variable.value().strip();
        return text.matches("\\d{2,5}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
    }

    private static void add(Map<Integer, List<Use>> ports, int port, Use use) {
        ports.computeIfAbsent(port, key -> new ArrayList<>()).add(use);
    }
}
