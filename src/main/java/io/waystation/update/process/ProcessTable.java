package io.waystation.update.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The processes of this machine. Thread-safe. */
interface ProcessTable {
    /** All that run; those that have ended and only wait to be collected are not among them. */
    List<ProcessEntry> list();

    /** One that runs. */
    Optional<ProcessEntry> find(long pid);

    /** Whether the process was given an environment entry; false where that cannot be read. */
    boolean carries(long pid, String entry);

    /** What this system offers. */
    static ProcessTable ofThisSystem() {
        Path proc = Path.of("/proc");
        return Files.isReadable(proc.resolve("self/stat")) ? new ProcFolder(proc) : new HandleTable();
    }
}
