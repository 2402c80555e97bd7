package io.waystation.journal;

import java.util.ArrayList;
import java.util.List;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import io.waystation.store.GroupTransaction;
import io.waystation.store.Work;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thing a group hands to its route: an event, a batch of events, or a dead letter that is tried again;
 * with the effects to commit together with it.
 */
final class GroupRecord implements GroupTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(GroupRecord.class);
    private static final String BATCH_KEY = "";

    private final PositionedEvent event;
    private final EventBatch batch;
    private final DeadLetter letter;
    private final List<Work<?>> effects = new ArrayList<>(1);
    private final List<Runnable> afterCommit = new ArrayList<>(0);
    private Runnable leaveLane = () -> { };
    private int tries;
    private boolean ended;
    private Failure failure;

    private GroupRecord(PositionedEvent event, EventBatch batch, DeadLetter letter) {
        this.event = event;
        this.batch = batch;
        this.letter = letter;
    }

    static GroupRecord of(PositionedEvent event) {
        return new GroupRecord(event, null, null);
    }

    static GroupRecord of(EventBatch batch) {
        return new GroupRecord(null, batch, null);
    }

    /** Another try of a dead letter, as a batch of one where the route takes batches. */
    static GroupRecord of(DeadLetter letter, boolean asBatch) {
        return new GroupRecord(letter.event(), asBatch ? batchOf(letter.event()) : null, letter);
    }

    /** The events of a batch, each as a batch of its own. */
    List<GroupRecord> singly() {
        return batch.events().stream().map(GroupRecord::alone).toList();
    }

    /** An event as a batch of its own. */
    static GroupRecord alone(PositionedEvent event) {
        return new GroupRecord(event, batchOf(event), null);
    }

    private static EventBatch batchOf(PositionedEvent event) {
        long offset = event.position().offset();
        return new EventBatch(offset - 1, offset, List.of(event), 0);
    }

    /** Offsets of the events of a batch. */
    List<Long> offsets() {
        return batch.events().stream().map(one -> one.position().offset()).toList();
    }

    /** The event, or null for a batch of several. */
    PositionedEvent event() {
        return event;
    }

    /** What a route that takes batches gets, else null. */
    EventBatch batch() {
        return batch;
    }

    /** Whether it stands for several events, which are tried together before each is tried alone. */
    boolean isSeveral() {
        return event == null;
    }

    synchronized int tries() {
        return tries;
    }

    /** Counts a failed try; how many there were. */
    synchronized int failedAgain() {
        return ++tries;
    }

    /** Keeps what lets the next record of its key go on. */
    void inLane(Runnable done) {
        leaveLane = done;
    }

    /** Lets the next record of its key go on. */
    void leaveLane() {
        leaveLane.run();
    }

    /** The dead letter this is another try of, or null. */
    DeadLetter letter() {
        return letter;
    }

    String key() {
        return batch != null ? BATCH_KEY : event.event().key();
    }

    /** Offset that is finished with this record; meaningless for a dead letter. */
    long offset() {
        return batch != null ? batch.last() : event.position().offset();
    }

    /** Offset behind which those start that are finished with this record; meaningless for a dead letter. */
    long after() {
        return batch != null ? batch.after() : event.position().offset() - 1;
    }

    /** Weight of the events it holds in memory. */
    long bytes() {
        if (batch == null) {
            return event.event().weight();
        }
        long bytes = 0;
        for (PositionedEvent each : batch.events()) {
            bytes += each.event().weight();
        }
        return bytes;
    }

    @Override
    public synchronized void enlist(Work<?> work) {
        refuseAfterEnd();
        effects.add(work);
    }

    @Override
    public synchronized void afterCommit(Runnable action) {
        refuseAfterEnd();
        afterCommit.add(action);
    }

    private void refuseAfterEnd() {
        if (ended) {
            throw new IllegalStateException("the exchange has ended; effects are enlisted while its route runs");
        }
    }

    synchronized void succeed() {
        ended = true;
    }

    synchronized void fail(Failure why) {
        ended = true;
        failure = why;
        effects.clear();
        afterCommit.clear();
    }

    /** Makes the record ready for another try. */
    synchronized void reset() {
        ended = false;
        failure = null;
        effects.clear();
        afterCommit.clear();
    }

    /** Whether it went well or failed; the route need not have been asked. */
    synchronized boolean isEnded() {
        return ended;
    }

    /** Why it failed, or null. */
    synchronized Failure failure() {
        return failure;
    }

    synchronized List<Work<?>> effects() {
        return List.copyOf(effects);
    }

    /** Runs what waited for the commit; one that fails keeps no other from running. */
    void runAfterCommit() {
        List<Runnable> actions;
        synchronized (this) {
            actions = List.copyOf(afterCommit);
        }
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("An action after the commit of offset {} failed", offset(), e);
            }
        }
    }

    /**
     * Why a record failed.
     *
     * @param error what was thrown
     * @param routeId route that failed, or null
     * @param attempts how often it was tried this time
     */
    record Failure(Throwable error, String routeId, int attempts) {
    }
}
