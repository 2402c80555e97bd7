package io.waystation.update.process;

import java.util.List;
import java.util.Optional;

/**
 * Processes as Java lists them, where there is no {@code /proc} (macOS): without sessions and environments, so that a
 * process whose parents have all ended is not found as part of a tree any more.
 */
final class HandleTable implements ProcessTable {
    @Override
    public List<ProcessEntry> list() {
        return ProcessHandle.allProcesses().map(HandleTable::entry).flatMap(Optional::stream).toList();
    }

    @Override
    public Optional<ProcessEntry> find(long pid) {
        return ProcessHandle.of(pid).flatMap(HandleTable::entry);
    }

    private static Optional<ProcessEntry> entry(ProcessHandle handle) {
        return handle.info().startInstant().filter(start -> handle.isAlive()).map(start -> new ProcessEntry(
                handle.pid(), handle.parent().map(ProcessHandle::pid).orElse(0L), -1, start.toString()));
    }

    @Override
    public boolean carries(long pid, String entry) {
        return false;
    }
}
