package io.waystation.update.lint;

import java.util.regex.Pattern;

/** No secret stands on a command line, where every user of the machine sees it. */
final class CommandRules implements Rules {
    private static final Pattern OPTION = Pattern.compile("--?(?:[\\w-]*-)?(?:secret|token|password|passwd|api-?key|auth-?key|pass)"
            + "[=\\s]+[\"']?(?:\\$\\{?[A-Za-z_]|\\{\\{|[^\\s\"'$-])", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE_OPTION = Pattern.compile("--?[\\w-]*(?:-file|-env|-path|-stdin)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern HEADER = Pattern.compile("(?:-H|--header)[=\\s]+[\"']?(?:Authorization|X-[\\w-]*(?:Token|Key|Secret)[\\w-]*)\\s*:",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern IN_ADDRESS = Pattern.compile("https?://[^/\\s\"']*(?:\\$\\{?\\w*(?:TOKEN|PASS|SECRET)\\w*|\\{\\{[^}]*(?:TOKEN|PASS|SECRET)[^}]*}})[^/\\s\"']*@",
            Pattern.CASE_INSENSITIVE);

    @Override
    public void check(ProjectFiles project, Report report) {
        for (TaskfileSource source : project.taskfiles()) {
            for (TaskEntry task : source.tasks()) {
                task.commands().stream().flatMap(command -> command.lines().stream())
                        .filter(CommandRules::showsASecret)
                        .forEach(line -> show(report.in(source.file()), line.line(), source.called(task)));
            }
        }
        project.processes().stream().filter(process -> showsASecret(new Command(process.command(), 0)))
                .forEach(process -> show(report.in(process.file()), process.line(), process.name()));
    }

    private static boolean showsASecret(Command line) {
        String text = FILE_OPTION.matcher(line.text()).replaceAll("");
        return OPTION.matcher(text).find() || HEADER.matcher(text).find() || IN_ADDRESS.matcher(text).find();
    }

    private static void show(Report.InFile file, int line, String subject) {
        file.error("secret-in-arguments", line, subject, "every user of the machine sees the command line in ps",
                "let the program read it from the environment or a file");
    }
}
