package io.waystation.update.run;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.camel.Exchange;

import io.waystation.store.Store;
import io.waystation.store.Work;
import io.waystation.update.Sighting;
import io.waystation.update.UpstreamVersion;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;

/** What the pipeline has done and is about to do, in the store. Thread-safe; waits for the store. */
public final class UpdateJournal {
    /** Outcome of a run that was ended for a newer one, or by a person, or because the hub stopped. */
    static final String STOPPED = "stopped";
    /** Outcome of an attempt that failed. */
    static final String FAILED = "failed";
    private final Store store;
    private final Clock clock;

    UpdateJournal(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Id of the run an exchange is: that of its operation, else of its work item. */
    static String id(Exchange exchange) {
        WorkItem item = WorkItem.of(exchange);
        if (item == null) {
            return exchange.getExchangeId();
        }
        return item.operation() != null ? item.operation() : item.queue() + "/" + item.id();
    }

    /**
     * Writes ahead what a run does next.
     *
     * @throws io.waystation.work.LeaseLostException when the run is not wanted any more; nothing may be done then
     */
    void step(Exchange exchange, String subsystem, UpdateStep step, UpstreamVersion wanted, String sha256) {
        String id = id(exchange);
        write(exchange, handle -> {
            UpdateRunRows.step(handle, id, subsystem, step, wanted, sha256, clock.instant());
            return null;
        });
    }

    /** Notes how a run ended, also one that lost its lease. */
    void end(Exchange exchange, String subsystem, String outcome, String reason) {
        String id = id(exchange);
        store.writeNow(handle -> {
            UpdateRunRows.end(handle, id, subsystem, outcome, reason, clock.instant());
            return null;
        });
    }

    /** What each tag was when it was first seen. */
    public Map<String, Sighting> sightings(String subsystem) {
        return store.read(handle -> UpdateRunRows.sightings(handle, subsystem));
    }

    void sightings(Exchange exchange, String subsystem, Map<String, Sighting> now) {
        if (!now.equals(sightings(subsystem))) {
            write(exchange, handle -> {
                UpdateRunRows.sightings(handle, subsystem, now);
                return null;
            });
        }
    }

    /** The run an exchange goes on with, if it had begun before. */
    Optional<UpdateRun> of(Exchange exchange) {
        return store.read(handle -> UpdateRunRows.find(handle, id(exchange)));
    }

    /** The run of this id: that of its operation. */
    public Optional<UpdateRun> find(String id) {
        return store.read(handle -> UpdateRunRows.find(handle, id));
    }

    /** Runs of a subsystem, the latest first. */
    public List<UpdateRun> runs(String subsystem, int limit) {
        return store.read(handle -> UpdateRunRows.list(handle, subsystem, limit));
    }

    private void write(Exchange exchange, Work<Void> work) {
        Optional<WorkLease> lease = WorkLease.of(exchange);
        if (lease.isPresent()) {
            lease.get().write(work);
        } else {
            store.writeNow(work);
        }
    }
}
