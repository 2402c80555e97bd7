package io.waystation.journal;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

import io.waystation.event.EventBatch;
import io.waystation.event.KeyedLanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running group: reads the log, hands records to its handler, and commits what has ended.
 *
 * <p>Reading has a thread of its own that sleeps until there is something to read and room to hold it.
 * One commit is under way at a time; what ends meanwhile goes into the next one.
 */
final class Group implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Group.class);
    private static final int OPEN_BATCHES = 4;
    private static final long HELD_BYTES = 32L << 20;
    private static final long LETTERS_PAUSE_MILLIS = 1_000;
    private static final long IDLE_COMMIT_MILLIS = 5_000;
    private static final long IDLE_COMMIT_OFFSETS = 10_000;
    /** While commits come faster than this, one look at the log is for several: to be woken for each costs more than to read it. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final GroupOptions options;
    private final Journal journal;
    private final GroupCommits commits;
    private final GroupLetters letters;
    private final Acceptance acceptance;
    private final Clock clock;
    private final GroupMeters meters;
    private final Duration patience;
    private final GroupRetries retries;
    private final Executor executor;
    private final BiConsumer<GroupRecord, Group> handler;
    private final KeyedLanes lanes;
    private final GroupWindow window;
    private final BatchTries tries;
    private final Thread reader;
    private final Object lock = new Object();
    private final EndedRecords ended;
    private long heldBytes;
    private boolean committing;
    /** A commit failed while the group stops: what it counts as done is not, so nothing may be committed on top of it. */
    private boolean abandoned;
    private volatile boolean stopping;
    private volatile boolean idle;
    private volatile GroupProgress committed;
    private long committedAt = System.nanoTime();
    /** When the reading thread last got something; only that thread uses it. */
    private long takenAt = committedAt;
    private long wokenAt = committedAt;
    private AutoCloseable commitListener;

    Group(GroupOptions options, Groups.Means means, GroupProgress start, Executor executor,
            BiConsumer<GroupRecord, Group> handler) {
        this.options = options;
        this.journal = means.journal();
        this.retries = new GroupRetries(means.retries());
        this.commits = new GroupCommits(options.name(), means.rows(), retries);
        this.acceptance = new Acceptance(options);
        this.letters = new GroupLetters(means.letters(), options, acceptance, means.letterBytes());
        this.clock = means.clock();
        this.patience = means.patience();
        this.executor = executor;
        this.handler = handler;
        this.lanes = new KeyedLanes(options.concurrency(), executor);
        this.window = new GroupWindow(start, options.batch() ? OPEN_BATCHES : options.window());
        this.ended = new EndedRecords(window, options.batch());
        this.tries = new BatchTries(options);
        this.committed = start;
        this.meters = new GroupMeters(means.meters(), options.name(), this::lag);
        this.reader = new Thread(this::read, "journal-group-" + options.name());
        this.reader.setDaemon(true);
    }

    void start() {
        commitListener = journal.onCommit(offset -> wakeWhenIdle());
        reader.start();
    }

    String name() {
        return options.name();
    }

    /** Whether the reading thread ended although nobody stopped the group. */
    boolean isStranded() {
        return !stopping && reader.getState() == Thread.State.TERMINATED;
    }

    long lowWater() {
        return committed.lowWater();
    }

    long lag() {
        return Math.max(0, journal.tail().offset() - committed.lowWater());
    }

    /** Some dead letters of this group are queued again. */
    void tryLetters() {
        synchronized (lock) {
            letters.look();
            lock.notifyAll();
        }
    }

    /** Whoever becomes idle after the look at it sees the tail first: the log's writer need not wait for our lock. */
    private void wakeWhenIdle() {
        if (idle) {
            synchronized (lock) {
                lock.notifyAll();
            }
        }
    }

    private void read() {
        while (true) {
            try {
                if (!awaitRoom()) {
                    return;
                }
                takeLetters();
                takeEvents();
            } catch (InterruptedException e) {
                return;
            } catch (Throwable e) { // an error must not silence the group either
                LOG.warn("Group {} could not read and tries again in a second", options.name(), e);
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    private boolean awaitRoom() throws InterruptedException {
        synchronized (lock) {
            while (!stopping && (window.room() == 0 || heldBytes >= HELD_BYTES)) {
                lock.wait();
            }
            return !stopping;
        }
    }

    private void takeLetters() {
        long room;
        synchronized (lock) {
            room = HELD_BYTES - heldBytes;
        }
        List<GroupRecord> next;
        try {
            next = letters.take(room);
        } catch (RuntimeException | Error e) { // events must not wait for dead letters
            LOG.warn("Group {} could not read its dead letters that are queued again and tries that in a second", options.name(), e);
            retries.after(LETTERS_PAUSE_MILLIS, this::tryLetters);
            return;
        }
        for (GroupRecord record : next) {
            synchronized (lock) {
                heldBytes += record.bytes();
            }
            lanes.submit(record.key(), inLane(record));
        }
    }

    private KeyedLanes.Task inLane(GroupRecord record) {
        return done -> {
            record.inLane(done);
            if (record.isEnded()) {
                ended(record); // what came of it is known without the route
            } else {
                handler.accept(record, this);
            }
        };
    }

    /** Lets a batch become larger, unless the last one is long ago. */
    private void linger() throws InterruptedException {
        long end = takenAt + TimeUnit.MILLISECONDS.toNanos(options.linger());
        synchronized (lock) {
            long left;
            while (!stopping && (left = end - System.nanoTime()) > 0
                    && journal.tail().offset() - window.readTo() < options.maxEvents()) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
        }
    }

    private void takeEvents() throws InterruptedException {
        if (options.batch() && options.linger() > 0) {
            linger();
        }
        long after;
        int limit;
        long bytes;
        synchronized (lock) {
            after = window.readTo();
            limit = options.batch() ? options.maxEvents() : Math.min(options.maxEvents(), window.room());
            bytes = Math.max(1, HELD_BYTES - heldBytes);
        }
        if (limit < 1 || bytes == 1) {
            return; // letters took the room
        }
        EventBatch read = journal.read(after, options.filter(), limit, bytes);
        if (read.last() > after) {
            takenAt = System.nanoTime();
            take(read);
        } else {
            awaitNews(after);
        }
    }

    private void take(EventBatch batch) {
        EventBatch left;
        synchronized (lock) {
            left = batch.only(event -> !window.isFinished(event.position().offset()));
        }
        List<GroupRecord> records = acceptance.recordsOf(left);
        synchronized (lock) {
            if (batch.lost() > 0) {
                ended.add(new GroupGap(options.name(), batch.after(), batch.last(), batch.lost(), clock.instant()));
            }
            for (GroupRecord record : records) {
                window.begin(record.after(), record.offset());
                heldBytes += record.bytes();
            }
            window.advance(batch.last());
        }
        if (batch.lost() > 0) {
            LOG.error("Group {} lost {} events between offsets {} and {}: they are gone from the log and it goes on "
                    + "behind them", options.name(), batch.lost(), batch.after(), batch.last());
            meters.lost(batch.lost());
        }
        records.forEach(record -> lanes.submit(record.key(), inLane(record)));
        commit(false);
    }

    private void awaitNews(long after) throws InterruptedException {
        synchronized (lock) {
            TimeUnit.NANOSECONDS.timedWait(lock, wokenAt + BREATH_NANOS - System.nanoTime());
            idle = true;
            try {
                while (!stopping && !letters.mayBeQueued() && journal.tail().offset() <= after) {
                    boolean behind = window.lowWater() > committed.lowWater();
                    lock.wait(behind ? IDLE_COMMIT_MILLIS : 0);
                    if (behind) {
                        break;
                    }
                }
            } finally {
                idle = false;
                wokenAt = System.nanoTime();
            }
        }
        commit(false);
    }

    /** A record has ended; called once for each record, on any thread. */
    void ended(GroupRecord record) {
        GroupRecord.Failure failure = record.failure();
        if (failure != null && !stopping && record.isSeveral()) {
            again(record, failure.error());
            return;
        }
        synchronized (lock) {
            if (failure == null || !stopping) {
                ended.add(record); // what fails while stopping is done again after the restart
            }
        }
        record.leaveLane();
        commit(false);
    }

    private void again(GroupRecord batch, Throwable error) {
        if (tries.areSpent(batch, error)) {
            synchronized (lock) {
                window.replace(batch.offset(), batch.offsets());
            }
            submitSingly(batch);
            batch.leaveLane();
        } else {
            batch.reset();
            retries.after(BatchTries.pauseMillis(batch), () -> retry(batch));
        }
    }

    private void submitSingly(GroupRecord several) {
        lanes.submitFirst(several.key(), several.singly().stream().map(this::inLane).toList());
    }

    private void retry(GroupRecord record) {
        if (stopping) {
            record.leaveLane();
            return;
        }
        executor.execute(() -> handler.accept(record, this));
    }

    /** Commits what has ended, unless a commit is under way; that one then commits it when it is done. */
    private void commit(boolean evenIfOnlyRead) {
        GroupCommits.Content content;
        synchronized (lock) {
            if (committing || abandoned || !ended.isReady() && !readFarEnough(evenIfOnlyRead)) {
                return;
            }
            committing = true;
            content = ended.take();
        }
        commits.submit(content, failed -> committed(content, failed), error -> isGivenUp(error, content));
    }

    private boolean readFarEnough(boolean evenIfOnlyRead) {
        long ahead = window.lowWater() - committed.lowWater();
        return ahead > 0 && (evenIfOnlyRead || ahead >= IDLE_COMMIT_OFFSETS
                || System.nanoTime() - committedAt >= TimeUnit.MILLISECONDS.toNanos(IDLE_COMMIT_MILLIS));
    }

    /** Whether there is no point in committing it again: the hub stops, or an effect of a batch failed too often. */
    private boolean isGivenUp(Throwable error, GroupCommits.Content content) {
        synchronized (lock) {
            if (stopping) {
                abandoned = true; // it is all done again after the restart
                committing = false;
                lock.notifyAll();
                return true;
            }
        }
        if (!(error instanceof BatchEffectException poison) || !tries.areSpent(poison.batch(), poison.getCause())) {
            return false;
        }
        synchronized (lock) {
            window.replace(poison.batch().offset(), poison.batch().offsets());
            ended.takeBack(content.gaps());
            committing = false;
        }
        submitSingly(poison.batch());
        commit(false);
        return true;
    }

    private void committed(GroupCommits.Content content, Set<GroupRecord> failed) {
        List<GroupRecord> records = content.records();
        synchronized (lock) {
            committing = false;
            committed = content.progress();
            window.committed(committed);
            committedAt = System.nanoTime();
            for (GroupRecord record : records) {
                heldBytes -= record.bytes();
                letters.ended(record);
            }
            lock.notifyAll();
        }
        journal.pin(Groups.PIN + options.name(), committed.lowWater());
        meters.committed(records.size(), failed.size());
        commit(false);
        records.stream().filter(record -> !failed.contains(record)).forEach(GroupRecord::runAfterCommit);
    }

    /** Stops reading, waits for what runs, and commits it. What waits to be tried again does not: a restart does it again. */
    @Override
    public void close() {
        synchronized (lock) {
            stopping = true;
            lock.notifyAll();
        }
        try {
            if (commitListener != null) {
                commitListener.close();
            }
            retries.hurry();
            reader.join(patience.toMillis());
            if (!lanes.stop(patience)) {
                LOG.warn("Group {} stops while records still run; they are processed again later", options.name());
            }
            commit(true);
            awaitCommits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("Group {} did not stop cleanly; what it had not committed is processed again", options.name(), e);
        }
        letters.close();
        meters.close();
    }

    private void awaitCommits() throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        synchronized (lock) {
            while ((committing || ended.isReady() && !abandoned) && System.nanoTime() < end) {
                lock.wait(1_000);
            }
        }
    }
}
