package io.waystation.update.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.waystation.update.change.ChangeException;

/**
 * Who may stop and start which processes: of two runs that would reload the same one, the second waits until the first
 * has ended. Else a dependent that is reloaded because of another change would fail the soak of its own.
 *
 * <p>A run takes all its processes at once, so no two wait for each other. Thread-safe.
 */
final class ReloadTurns {
    private final Set<String> taken = new HashSet<>();

    /** What a run has taken, to be given back. */
    final class Turn implements AutoCloseable {
        private final List<String> processes;
        private boolean closed;

        private Turn(Collection<String> processes) {
            this.processes = new ArrayList<>(processes);
        }

        /** Gives the processes back; again does nothing. */
        @Override
        public void close() {
            synchronized (ReloadTurns.this) {
                if (!closed) {
                    closed = true;
                    processes.forEach(taken::remove);
                    ReloadTurns.this.notifyAll();
                }
            }
        }
    }

    /**
     * Waits until nobody else reloads any of these.
     *
     * @throws ChangeException {@code interrupted} when the run is told to stop meanwhile
     */
    synchronized Turn take(Collection<String> processes) {
        Set<String> wanted = new TreeSet<>(processes);
        try {
            while (wanted.stream().anyMatch(taken::contains)) {
                wait();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "waiting for the reload of another subsystem was interrupted", stopped);
        }
        taken.addAll(wanted);
        return new Turn(wanted);
    }
}
