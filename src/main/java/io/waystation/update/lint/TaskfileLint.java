package io.waystation.update.lint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Looks a project through. Thread-safe. */
public final class TaskfileLint {
    private static final List<Rules> RULES = List.of(new TargetRules(), new VersionRules(), new ValueRules(), new DownloadRules(),
            new CommandRules(), new ProcessRules());

    private TaskfileLint() {
    }

    /**
     * What was found, and where it was looked for.
     *
     * @param files Taskfiles and process-compose files that were read
     * @param findings in the order of files and lines
     */
    public record Outcome(List<String> files, List<Finding> findings) {
        /** How many of them are errors. */
        public long errors() {
            return findings.stream().filter(finding -> finding.severity() == Finding.Severity.ERROR).count();
        }
    }

    /**
     * Whether a project has a task of this name, in its Taskfile or in one that it includes.
     *
     * @param name as it is called from the project's folder, such as {@code nats:package}
     */
    public static boolean hasTarget(Path project, String name) throws IOException {
        return ProjectFiles.read(project, new Report()).taskfiles().stream()
                .anyMatch(file -> file.tasks().stream().anyMatch(task -> file.called(task).equals(name)));
    }

    /**
     * Looks a project through.
     *
     * @param project folder with the Taskfile
     * @return no files where there is no Taskfile
     */
    public static Outcome check(Path project) throws IOException {
        Report report = new Report();
        ProjectFiles files = ProjectFiles.read(project, report);
        RULES.forEach(rules -> rules.check(files, report));
        List<String> read = Stream.concat(files.taskfiles().stream().map(TaskfileSource::file),
                files.processes().stream().map(ManagedProcess::file)).distinct().toList();
        return new Outcome(read, report.findings());
    }
}
