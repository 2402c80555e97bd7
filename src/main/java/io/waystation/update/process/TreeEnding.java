package io.waystation.update.process;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ends whole trees, once: every process is asked to end, and killed when the grace is over. One thread.
 *
 * <p>The processes under a {@code task} are asked too, because {@code task} itself only logs a signal. Trees are looked
 * at again until none of their processes is left, since they may start new ones meanwhile.
 */
final class TreeEnding {
    private static final Duration KILLING = Duration.ofSeconds(10);
    private static final int PAUSE_MILLIS = 20;

    private final ProcessTable table;
    private final Duration grace;
    private boolean interrupted;

    TreeEnding(ProcessTable table, Duration grace) {
        this.table = table;
        this.grace = grace;
    }

    /**
     * Ends trees; an interruption is kept for later, since a tree half ended would run on.
     *
     * @return those of which a process still runs: one that the system cannot end
     */
    List<TreeRecord> end(List<TreeRecord> records) {
        List<TreeMembers> trees = records.stream().map(record -> new TreeMembers(record, table)).toList();
        interrupted = Thread.interrupted();
        try {
            Set<ProcessEntry> asked = new HashSet<>();
            List<TreeMembers> left = signal(trees, grace, entry -> {
                if (asked.add(entry)) {
                    handle(entry).ifPresent(ProcessHandle::destroy);
                }
            });
            left = signal(left, KILLING, entry -> handle(entry).ifPresent(ProcessHandle::destroyForcibly));
            return left.stream().map(TreeMembers::record).toList();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private List<TreeMembers> signal(List<TreeMembers> trees, Duration limit, Consumer<ProcessEntry> signal) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<TreeMembers> left = trees;
        while (!left.isEmpty()) {
            List<ProcessEntry> all = table.list();
            left = left.stream().filter(tree -> {
                Set<ProcessEntry> members = tree.among(all);
                members.forEach(signal);
                return !members.isEmpty();
            }).toList();
            if (System.nanoTime() >= deadline) {
                break;
            }
            if (!left.isEmpty()) {
                pause();
            }
        }
        return left;
    }

    /** The handle is taken first: it keeps the process's start, so a number used again since is not signalled. */
    private Optional<ProcessHandle> handle(ProcessEntry entry) {
        Optional<ProcessHandle> handle = ProcessHandle.of(entry.pid());
        return table.find(entry.pid()).filter(now -> now.start().equals(entry.start())).flatMap(now -> handle);
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException later) {
            interrupted = true;
        }
    }
}
