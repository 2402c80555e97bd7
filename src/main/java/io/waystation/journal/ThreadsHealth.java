package io.waystation.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.waystation.store.Store;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Down when a thread that everything waits for has ended: the writer of the log or of the store, or a group's reader. */
final class ThreadsHealth extends AbstractHealthCheck {
    private final Store store;
    private final Journal journal;
    private final Groups groups;

    ThreadsHealth(Store store, Journal journal, Groups groups) {
        super("waystation", "waystation-threads");
        this.store = store;
        this.journal = journal;
        this.groups = groups;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        List<String> ended = new ArrayList<>();
        if (!journal.isWriterAlive()) {
            ended.add("the writer of the log");
        }
        if (!store.isWriterAlive()) {
            ended.add("the writer of the store");
        }
        groups.stranded().forEach(name -> ended.add("the reader of group " + name));
        if (ended.isEmpty()) {
            builder.up();
        } else {
            builder.message("A thread has ended, restart the hub: " + String.join(", ", ended)).down();
        }
    }
}
