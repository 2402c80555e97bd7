package io.waystation.update.lint;

import java.util.List;
import java.util.regex.Pattern;

/** The targets that an update calls are there, do their work, and say when it failed. */
final class TargetRules implements Rules {
    private static final List<String> TARGETS = List.of("src:update", "bin:build", "bin:download", "package");
    private static final Pattern OF_AN_UPDATE = Pattern.compile("src:.*|bin:.*|package|reload");
    private static final Pattern EXISTENCE = Pattern.compile("(?:test|\\[\\[?)\\s+-[a-z]\\s+[^&|;]+?(?:\\s*]]?)?");
    private static final Pattern SWALLOWS = Pattern.compile("\\|\\|\\s*(?:true|:)\\s*$");
    private static final Pattern SLEEPS = Pattern.compile("(?:^|[;&|\\s])sleep\\s+[\\d.]+");

    @Override
    public void check(ProjectFiles project, Report report) {
        for (TaskfileSource source : project.taskfiles()) {
            for (TaskfileSource.Include include : source.includes()) {
                if (include.location().contains("://")) {
                    report.in(source.file()).error("remote-include", include.line(), include.namespace(),
                            "tasks are run with --offline, so a Taskfile of another machine is not fetched, and could change under you",
                            "keep a copy in the project");
                }
            }
            source.tasks().forEach(task -> checkTask(source, task, report));
        }
        project.subsystems().forEach(source -> checkTargets(source, report));
        checkVerify(project, report);
    }

    private static void checkTargets(TaskfileSource source, Report report) {
        for (String target : TARGETS) {
            if (source.task(target) == null) {
                report.in(source.file()).warning("missing-target", 1, source.namespace() + ":" + target,
                        "an update may call this target, and it is not there", "add it, or name another in the subsystem's stanza");
            }
        }
        TaskEntry pack = source.task("package");
        if (pack != null && pack.script().contains("tar ") && !pack.script().contains(".version")) {
            report.in(source.file()).error("package-without-version", pack.line(), source.called(pack),
                    "the archive holds no .version file, so nobody can tell what it is", "add .version to the tar command");
        }
    }

    private static void checkTask(TaskfileSource source, TaskEntry task, Report report) {
        Report.InFile file = report.in(source.file());
        if (task.name().matches("(?:.*:)?bin:(?:build|download)")
                && !task.status().isEmpty() && task.status().stream().allMatch(status -> EXISTENCE.matcher(status.text().strip()).matches())) {
            file.error("status-of-existence", task.status().get(0).line(), source.called(task),
                    "it counts as up to date as soon as the file is there, so a new version is never built or downloaded",
                    "compare the version too: grep -q \"^version: $NATS_VERSION$\" .bin/.version");
        }
        if (!OF_AN_UPDATE.matcher(task.name()).matches()) {
            return;
        }
        if (task.asks()) {
            file.error("prompt", task.line(), source.called(task), "nobody is there to answer, so it always fails", "remove the prompt");
        }
        if (task.ignoresErrors()) {
            file.warning("ignored-error", task.line(), source.called(task),
                    "a failed command counts as done, and a half-made result is put in place", "remove ignore_error");
        }
        task.commands().stream().flatMap(command -> command.lines().stream()).forEach(line -> {
            if (SWALLOWS.matcher(line.text()).find()) {
                file.warning("ignored-error", line.line(), source.called(task),
                        "a failed command counts as done, and a half-made result is put in place", "let it fail");
            }
            if (task.name().equals("reload") && SLEEPS.matcher(line.text()).find()) {
                file.warning("fixed-sleep", line.line(), source.called(task),
                        "the old process may need longer to end, and then the new one finds its port taken",
                        "wait until the process has ended, or set shutdown.timeout_seconds");
            }
        });
    }

    /** One broken neighbour would fail every update. */
    private static void checkVerify(ProjectFiles project, Report report) {
        List<String> names = project.subsystems().stream().map(TaskfileSource::namespace).toList();
        for (TaskfileSource source : project.taskfiles()) {
            TaskEntry verify = source.namespace().isEmpty() ? source.task("bin:verify") : null;
            if (verify != null && names.stream().filter(name -> Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                    .matcher(verify.script()).find()).count() > 1) {
                report.in(source.file()).warning("verifies-everything", verify.line(), source.called(verify),
                        "it looks at every subsystem, so an absent one fails the update of another",
                        "an update verifies its own artefact; name no target for it in the stanza");
            }
        }
    }
}
