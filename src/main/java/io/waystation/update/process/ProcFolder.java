package io.waystation.update.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Processes as Linux lists them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">the fields of /proc/PID/stat</a>
 */
final class ProcFolder implements ProcessTable {
    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int SESSION = 3;
    private static final int START = 19;

    private final Path proc;
    private final String boot;

    ProcFolder(Path proc) {
        this.proc = proc;
        this.boot = text(proc.resolve("sys/kernel/random/boot_id")).map(String::strip).orElse("");
    }

    @Override
    public List<ProcessEntry> list() {
        List<ProcessEntry> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            folders.forEach(folder -> read(folder).ifPresent(found::add));
        } catch (IOException unreadable) {
            throw new ProcessTreeException("process-table-unreadable", "cannot list the processes in " + proc, unreadable);
        }
        return found;
    }

    @Override
    public Optional<ProcessEntry> find(long pid) {
        return read(proc.resolve(Long.toString(pid)));
    }

    /** The second field is the program's name in parentheses and may hold anything, parentheses too. */
    private Optional<ProcessEntry> read(Path folder) {
        return text(folder.resolve("stat")).flatMap(stat -> {
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            if (fields.length <= START || fields[STATE].equals("Z") || fields[STATE].equals("X")) {
                return Optional.empty();
            }
            return Optional.of(new ProcessEntry(Long.parseLong(folder.getFileName().toString()),
                    Long.parseLong(fields[PARENT]), Long.parseLong(fields[SESSION]), boot + ":" + fields[START]));
        });
    }

    @Override
    public boolean carries(long pid, String entry) {
        return text(proc.resolve(Long.toString(pid)).resolve("environ"))
                .map(environment -> Arrays.asList(environment.split("\0")).contains(entry)).orElse(false);
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (IOException endedOrNotOurs) {
            return Optional.empty();
        }
    }
}
