package io.waystation.update.lint;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is downloaded is what was asked for, whole. */
final class DownloadRules implements Rules {
    private static final Pattern CURL = Pattern.compile("(?:^|[\\s;&|(])curl\\s+([^|;&]*)");
    private static final Pattern FAILS = Pattern.compile("(?:^|\\s)(?:-[a-zA-Z]*f[a-zA-Z]*|--fail|--fail-with-body|--fail-early)(?=\\s|$)");
    private static final Pattern DOWNLOAD = Pattern.compile("(?:^|[\\s;&|(])(?:curl|wget|gh\\s+release\\s+download)\\s");
    private static final Pattern LOCAL = Pattern.compile("https?://(?:localhost|127\\.|\\[::1])");
    private static final Pattern INTO = Pattern.compile("(?:curl|wget|gh\\s+release\\s+download)\\s[^;&]*\\|\\s*(?:sudo\\s+)?"
            + "(tar|sh|bash|unzip|gunzip|zcat|python3?)\\b");
    private static final Pattern CHECKS = Pattern.compile("sha(?:256|512)sum|shasum|openssl\\s+dgst|cosign|minisign|gpg\\s|gh\\s+attestation"
            + "|verify-asset|b2sum|cksum");
    private static final Pattern NOT_AN_ADDRESS = Pattern.compile("/releases/download/latest(?:/|\\b)");
    private static final Pattern LATEST = Pattern.compile("/releases/latest/download|(?:go\\s+install|npx|npm\\s+i(?:nstall)?)\\s[^;&|]*@latest"
            + "|default\\s+\"latest\"|^latest$");

    @Override
    public void check(ProjectFiles project, Report report) {
        for (TaskfileSource source : project.taskfiles()) {
            Report.InFile file = report.in(source.file());
            source.variables().values().forEach(variable -> checkLatest(file, variable.name(), variable.value(), variable.line()));
            for (TaskEntry task : source.tasks()) {
                task.variables().values().forEach(variable -> checkLatest(file, source.called(task), variable.value(), variable.line()));
                task.commands().stream().flatMap(command -> command.lines().stream())
                        .forEach(line -> checkLine(file, source.called(task), line));
                checkVerified(file, source, task);
            }
        }
    }

    private static void checkLine(Report.InFile file, String task, Command line) {
        checkLatest(file, task, line.text(), line.line());
        if (INTO.matcher(line.text()).find()) {
            file.error("download-into-pipe", line.line(), task,
                    "what arrives is used before it is whole and before anybody has looked at its checksum",
                    "download to a file, compare its checksum, then unpack it");
        }
        Matcher curl = CURL.matcher(line.text());
        while (curl.find()) {
            if (!FAILS.matcher(curl.group(1)).find() && !LOCAL.matcher(curl.group(1)).find()) {
                file.error("download-ignores-errors", line.line(), task,
                        "without --fail, curl takes the page of an error for the file", "write curl -fsSL");
            }
        }
    }

    private static void checkVerified(Report.InFile file, TaskfileSource source, TaskEntry task) {
        if (CHECKS.matcher(task.script()).find()) {
            return;
        }
        task.commands().stream().flatMap(command -> command.lines().stream())
                .filter(line -> DOWNLOAD.matcher(line.text()).find() && !LOCAL.matcher(line.text()).find())
                .findFirst().ifPresent(line -> file.error("download-unverified", line.line(), source.called(task),
                        "nothing is compared with a checksum or a signature", "download the .sha256 too and run sha256sum --check"));
    }

    private static void checkLatest(Report.InFile file, String subject, String text, int line) {
        if (NOT_AN_ADDRESS.matcher(text).find()) {
            file.error("latest-address", line, subject, "/releases/download/latest/ is no address of GitHub (that would be"
                    + " /releases/latest/download/NAME)", "use the tag that the update passes");
        } else if (LATEST.matcher(text).find()) {
            file.warning("latest-address", line, subject, "latest is another version tomorrow, and in a repository of several subsystems"
                    + " another subsystem", "use the version that the update passes");
        }
    }
}
