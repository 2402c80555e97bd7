package io.waystation.update.lint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Values that come from outside reach a shell as data. {@code task} pastes {@code {{.X}}} into shell text as it is; in
 * {@code "$X"} the shell takes the same value, which is in the environment too, as one word.
 *
 * <p>A value comes from outside when the Taskfile does not set it, lets the caller set it, or makes it of such a one.
 */
final class ValueRules implements Rules {
    private static final Set<String> OF_TASK = Set.of("CLI_ARGS", "CLI_ARGS_LIST", "CLI_FORCE", "CLI_SILENT", "CLI_VERBOSE", "CLI_OFFLINE",
            "CLI_ASSUME_YES", "TASK", "ALIAS", "TASK_EXE", "ROOT_TASKFILE", "ROOT_DIR", "TASKFILE", "TASKFILE_DIR", "TASK_DIR",
            "USER_WORKING_DIR", "CHECKSUM", "TIMESTAMP", "TASK_VERSION", "ITEM", "KEY", "EXIT_CODE", "MATCH", "HOME", "PATH", "PWD", "USER");
    private static final Pattern QUOTED_BY_TASK = Pattern.compile("\\|\\s*(?:shellQuote|q)\\b");
    private static final Pattern FROM_UPSTREAM = Pattern.compile(".*(VERSION|TAG|COMMIT|REF|BRANCH|SHA|RELEASE).*");

    @Override
    public void check(ProjectFiles project, Report report) {
        Map<String, Variable> shared = project.taskfiles().isEmpty() ? Map.of() : project.taskfiles().get(0).variables();
        for (TaskfileSource source : project.taskfiles()) {
            for (TaskEntry task : source.tasks()) {
                Map<String, Variable> known = new HashMap<>(shared);
                known.putAll(source.variables());
                known.putAll(task.variables());
                task.commands().forEach(command -> checkCommand(source, task, command, known, report));
            }
        }
    }

    private static void checkCommand(TaskfileSource source, TaskEntry task, Command command, Map<String, Variable> known, Report report) {
        ShellText text = ShellText.of(command);
        if (text.openQuoteLine() > 0) {
            report.in(source.file()).error("open-quote", text.openQuoteLine(), source.called(task),
                    "a quote is never closed, so the command fails or means something else", "close it");
        }
        for (ShellText.Template template : text.templates()) {
            if (QUOTED_BY_TASK.matcher(template.expression()).find()) {
                continue;
            }
            for (String name : Variable.uses("{{" + template.expression() + "}}")) {
                if (comesFromOutside(name, known, new HashSet<>())) {
                    reportUse(report.in(source.file()), source.called(task), name, template);
                }
            }
        }
    }

    private static void reportUse(Report.InFile file, String task, String name, ShellText.Template template) {
        String fix = "write \"$" + name + "\", or {{." + name + " | shellQuote}}";
        if (template.quote() == ' ' && FROM_UPSTREAM.matcher(name).matches()) {
            file.error("unquoted-value", template.line(), task, "{{." + name + "}} is pasted into the command: a value such as"
                    + " v1;id would run", fix);
        } else {
            file.warning("pasted-value", template.line(), task, "{{." + name + "}} is pasted into the command"
                    + (template.quote() == ' ' ? "" : ", and quotes around it do not stop $(...) or a quote in the value"), fix);
        }
    }

    private static boolean comesFromOutside(String name, Map<String, Variable> known, Set<String> seen) {
        if (OF_TASK.contains(name) || !seen.add(name)) {
            return false;
        }
        Variable variable = known.get(name);
        if (variable == null) {
            return true;
        }
        Set<String> uses = Variable.uses(variable.value());
        return uses.contains(name) || uses.stream().anyMatch(used -> comesFromOutside(used, known, seen));
    }
}
