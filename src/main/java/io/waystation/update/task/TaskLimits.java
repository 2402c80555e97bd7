package io.waystation.update.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.update.process.ProcessTrees;

/**
 * What tasks may use of this machine. Programs of the system see to it: {@code prlimit} and {@code unshare} set the limits and
 * then become the task, so that they hold for all its children. Where one of them is needed and missing, nothing is run.
 *
 * @param memory bytes of address space of each process, 0 for no limit
 * @param processes processes of the hub's user, 0 for no limit; does not hold for root
 * @param fileSize bytes of each file that is written, 0 for no limit
 */
record TaskLimits(long memory, int processes, long fileSize) {
    private static final long LEAST_MEMORY = 1L << 28;
    private static final int MOST_PROCESSES = 1_000_000;

    static TaskLimits from(Settings settings) {
        long memory = settings.bytes("waystation.update.task-memory");
        if (memory != 0 && memory < LEAST_MEMORY) {
            throw new InvalidSettingException("waystation.update.task-memory", "must be 256MiB at least, or 0 for no limit; task itself needs some");
        }
        return new TaskLimits(memory, settings.number("waystation.update.task-processes", 0, MOST_PROCESSES),
                settings.bytes("waystation.update.task-file-size"));
    }

    /**
     * The words in front of a command that hold it to the limits; none where there are no limits.
     *
     * @param network whether it may use the network
     * @param path folders in which programs are looked for
     * @throws IllegalArgumentException when a program that is needed for it is missing
     */
    List<String> around(boolean network, String path) {
        List<String> words = new ArrayList<>();
        if (!network) {
            words.addAll(List.of(program("unshare", "a task without network", path), "--net"));
            if (!"root".equals(System.getProperty("user.name"))) {
                words.add("--map-current-user"); // others may only have a network of their own as a user of their own
            }
            words.add("--");
        }
        if (memory > 0 || processes > 0 || fileSize > 0) {
            words.add(program("prlimit", "a limit of waystation.update.task-...", path));
            limit(words, "as", memory);
            limit(words, "nproc", processes);
            limit(words, "fsize", fileSize);
            words.add("--");
        }
        return words;
    }

    private static void limit(List<String> words, String name, long most) {
        if (most > 0) {
            words.add("--" + name + "=" + most);
        }
    }

    private static String program(String name, String use, String path) {
        return ProcessTrees.find(name, path).map(Path::toString).orElseThrow(() -> new IllegalArgumentException(
                "cannot be run: " + use + " needs the program " + name + " (util-linux), which is not on the path"));
    }
}
