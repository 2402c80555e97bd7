package io.waystation.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.waystation.store.Store;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Down when a thread that everything waits for has ended (the writer of the log or of the store, or a group's reader),
 * and, for readiness only, when a writer has not moved for longer than it may: a restart does not mend a slow disk.
 */
final class ThreadsHealth extends AbstractHealthCheck {
    /** Id of the check in Camel's registry. */
    static final String ID = "waystation-threads";

    private final Store store;
    private final Journal journal;
    private final Groups groups;
    private final Duration stall;
    private final SignOfLife ofLog;
    private final SignOfLife ofStore;

    ThreadsHealth(Store store, Journal journal, Groups groups, Duration stall) {
        super("waystation", ID);
        this.store = store;
        this.journal = journal;
        this.groups = groups;
        this.stall = stall;
        this.ofLog = new SignOfLife(journal::askWriter, System::nanoTime);
        this.ofStore = new SignOfLife(store::askWriter, System::nanoTime);
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<String> problems = new ArrayList<>();
        look(problems, "the writer of the log", journal.isWriterAlive(), ofLog, options);
        look(problems, "the writer of the store", store.isWriterAlive(), ofStore, options);
        groups.stranded().forEach(name -> problems.add("the reader of group " + name + " has ended; restart the hub"));
        if (problems.isEmpty()) {
            builder.up();
        } else {
            builder.message(String.join(", ", problems)).down();
        }
    }

    private void look(List<String> problems, String who, boolean alive, SignOfLife sign, Map<String, Object> options) {
        if (!alive) {
            problems.add(who + " has ended; restart the hub");
            return;
        }
        Duration owed = sign.owedFor();
        if (options.get(CHECK_KIND) != HealthCheck.Kind.LIVENESS && owed.compareTo(stall) > 0) {
            problems.add(who + " has not moved for " + owed.toSeconds() + " s; look at the disk");
        }
    }
}
