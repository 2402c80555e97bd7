package io.waystation.update.lint;

import java.util.Map;
import java.util.regex.Pattern;

/** The version that an update decided on is the one that is built, and what was built says which it is. */
final class VersionRules implements Rules {
    private static final Pattern VERSION_NAME = Pattern.compile("(?:[A-Z0-9]+_)*VERSION");
    private static final Pattern VERSION = Pattern.compile("v?\\d+(?:\\.\\d+)*.*|main|master|latest");

    @Override
    public void check(ProjectFiles project, Report report) {
        for (TaskfileSource source : project.taskfiles()) {
            checkVariables(source, source.variables(), report);
            source.tasks().forEach(task -> checkVariables(source, task.variables(), report));
        }
        for (TaskfileSource source : project.subsystems()) {
            for (String name : new String[] {"bin:build", "bin:download"}) {
                TaskEntry task = source.task(name);
                if (task != null) {
                    checkVersionFile(source, task, report);
                }
            }
        }
    }

    private static void checkVariables(TaskfileSource source, Map<String, Variable> variables, Report report) {
        variables.values().forEach(variable -> {
            if (VERSION_NAME.matcher(variable.name()).matches() && VERSION.matcher(variable.value()).matches() && !variable.canBeSet()) {
                report.in(source.file()).error("version-cannot-be-set", variable.line(), variable.name(),
                        "the value written here wins over the one an update passes, so the old version is built again",
                        "write '{{." + variable.name() + " | default \"" + variable.value() + "\"}}'");
            }
        });
    }

    private static void checkVersionFile(TaskfileSource source, TaskEntry task, Report report) {
        String script = task.script();
        if (!script.contains(".version")) {
            report.in(source.file()).warning("version-not-written", task.line(), source.called(task),
                    "it leaves no .version file, or the one of the version before", "write version:, commit: and checksum: to .bin/.version");
        } else if (!script.contains("checksum:") || !script.contains("version:")) {
            report.in(source.file()).warning("version-incomplete", task.line(), source.called(task),
                    "its .version file does not hold both version: and checksum:, so it cannot be compared with that of the other way",
                    "write version:, commit: and checksum: in both bin:build and bin:download");
        }
    }
}
