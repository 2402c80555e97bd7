package io.waystation.journal;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
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
    private static final int WINDOW = 1_000;
    private static final int OPEN_BATCHES = 4;
    private static final long HELD_BYTES = 32L << 20;
    private static final int COMMIT_RECORDS = 256;
    private static final int LETTERS = 16;
    private static final long IDLE_COMMIT_MILLIS = 5_000;
    private static final long IDLE_COMMIT_OFFSETS = 10_000;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long STOP_MILLIS = 15_000;

    private final GroupOptions options;
    private final Journal journal;
    private final GroupRows rows;
    private final DeadLetters letters;
    private final Clock clock;
    private final GroupMeters meters;
    private final ScheduledExecutorService retries;
    private final Executor executor;
    private final BiConsumer<GroupRecord, Group> handler;
    private final KeyedLanes lanes;
    private final GroupWindow window;
    private final Thread reader;
    private final Set<String> lettersInFlight = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private final List<GroupRecord> ended = new ArrayList<>();
    private final List<GroupGap> gaps = new ArrayList<>();
    private long heldBytes;
    private boolean committing;
    private boolean lettersQueued = true;
    private volatile boolean stopping;
    private volatile boolean idle;
    private volatile GroupProgress committed;
    private long committedAt = System.nanoTime();
    /** When the reading thread last got something; only that thread uses it. */
    private long takenAt = committedAt;
    private AutoCloseable commitListener;

    Group(GroupOptions options, Groups.Means means, GroupProgress start, Executor executor,
            BiConsumer<GroupRecord, Group> handler) {
        this.options = options;
        this.journal = means.journal();
        this.rows = means.rows();
        this.letters = means.letters();
        this.clock = means.clock();
        this.retries = means.retries();
        this.executor = executor;
        this.handler = handler;
        this.lanes = new KeyedLanes(options.concurrency(), executor, record -> handler.accept(record, this));
        this.window = new GroupWindow(start, options.batch() ? OPEN_BATCHES : WINDOW);
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
            lettersQueued = true;
            lock.notifyAll();
        }
    }

    private void wakeWhenIdle() {
        if (!idle) {
            return; // whoever becomes idle after this looks at the tail first: the log's writer need not wait for our lock
        }
        synchronized (lock) {
            if (idle) {
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
                pause();
            }
        }
    }

    private void pause() {
        synchronized (lock) {
            try {
                if (!stopping) {
                    lock.wait(TimeUnit.SECONDS.toMillis(1));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
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
        synchronized (lock) {
            if (!lettersQueued) {
                return;
            }
            lettersQueued = false; // also where there are none to take, or the reader would never wait
            if (options.batch()) {
                return;
            }
        }
        List<DeadLetter> queued = letters.queued(options.name(), lettersInFlight, LETTERS);
        for (DeadLetter letter : queued) {
            GroupRecord record = GroupRecord.of(letter);
            lettersInFlight.add(letter.id());
            synchronized (lock) {
                heldBytes += record.bytes();
                lettersQueued |= queued.size() == LETTERS;
            }
            lanes.submit(record);
        }
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
        EventBatch batch = journal.read(after, options.filter(), limit, bytes);
        if (batch.last() > after) {
            takenAt = System.nanoTime();
            take(batch);
        } else {
            awaitNews(after);
        }
    }

    private void take(EventBatch batch) {
        List<GroupRecord> records = new ArrayList<>(batch.events().size());
        synchronized (lock) {
            if (batch.lost() > 0) {
                gaps.add(new GroupGap(options.name(), batch.after(), batch.last(), batch.lost(), clock.instant()));
            }
            if (options.batch()) {
                if (!batch.events().isEmpty() && window.begin(batch.after(), batch.last())) {
                    records.add(GroupRecord.of(batch));
                }
            } else {
                for (PositionedEvent event : batch.events()) {
                    long offset = event.position().offset();
                    if (window.begin(offset - 1, offset)) {
                        records.add(GroupRecord.of(event));
                    }
                }
            }
            window.advance(batch.last());
            records.forEach(record -> heldBytes += record.bytes());
        }
        if (batch.lost() > 0) {
            LOG.error("Group {} lost {} events between offsets {} and {}: they are gone from the log and it goes on "
                    + "behind them", options.name(), batch.lost(), batch.after(), batch.last());
            meters.lost(batch.lost());
        }
        records.forEach(lanes::submit);
        commit(false);
    }

    private void awaitNews(long after) throws InterruptedException {
        synchronized (lock) {
            idle = true;
            try {
                while (!stopping && !lettersQueued && journal.tail().offset() <= after) {
                    boolean behind = window.lowWater() > committed.lowWater();
                    lock.wait(behind ? IDLE_COMMIT_MILLIS : 0);
                    if (behind) {
                        break;
                    }
                }
            } finally {
                idle = false;
            }
        }
        commit(false);
    }

    /** A record has ended; called once for each record, on any thread. */
    void ended(GroupRecord record) {
        GroupRecord.Failure failure = record.failure();
        boolean again;
        synchronized (lock) {
            again = failure != null && !stopping && record.batch() != null;
            if (failure == null || !stopping && !again) {
                ended.add(record); // what fails while stopping is done again after the restart
            }
        }
        if (again) {
            LOG.warn("Group {} could not process the events up to offset {} and tries again: {}", options.name(),
                    record.offset(), failure.error().toString());
            record.reset();
            retries.schedule(() -> retry(record), LONGEST_PAUSE_MILLIS / 10, TimeUnit.MILLISECONDS);
            return;
        }
        lanes.ended(record);
        commit(false);
    }

    private void retry(GroupRecord record) {
        if (stopping) {
            lanes.ended(record);
            return;
        }
        executor.execute(() -> handler.accept(record, this));
    }

    /** Commits what has ended, unless a commit is under way; that one then commits it when it is done. */
    private void commit(boolean evenIfOnlyRead) {
        List<GroupRecord> records;
        List<GroupGap> met;
        GroupProgress progress;
        synchronized (lock) {
            if (committing || ended.isEmpty() && gaps.isEmpty() && !readFarEnough(evenIfOnlyRead)) {
                return;
            }
            committing = true;
            List<GroupRecord> first = ended.subList(0, Math.min(COMMIT_RECORDS, ended.size()));
            records = List.copyOf(first);
            first.clear();
            met = List.copyOf(gaps);
            gaps.clear();
            records.stream().filter(record -> record.letter() == null).forEach(record -> window.finish(record.offset()));
            progress = window.progress();
        }
        submit(records, progress, met, FIRST_PAUSE_MILLIS);
    }

    private boolean readFarEnough(boolean evenIfOnlyRead) {
        long ahead = window.lowWater() - committed.lowWater();
        return ahead > 0 && (evenIfOnlyRead || ahead >= IDLE_COMMIT_OFFSETS
                || System.nanoTime() - committedAt >= TimeUnit.MILLISECONDS.toNanos(IDLE_COMMIT_MILLIS));
    }

    private void submit(List<GroupRecord> records, GroupProgress progress, List<GroupGap> met, long pauseMillis) {
        rows.commit(options.name(), records, progress, met).whenComplete((failed, error) -> {
            if (error == null) {
                committed(records, progress, failed);
                return;
            }
            LOG.warn("Group {} could not commit and tries again in {} ms: {}", options.name(), pauseMillis, error.getMessage());
            synchronized (lock) {
                if (stopping) {
                    lock.notifyAll();
                    return; // it is all done again after the restart
                }
            }
            retries.schedule(() -> submit(records, progress, met, Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS)),
                    pauseMillis, TimeUnit.MILLISECONDS);
        });
    }

    private void committed(List<GroupRecord> records, GroupProgress progress, Set<GroupRecord> failed) {
        synchronized (lock) {
            committing = false;
            committed = progress;
            committedAt = System.nanoTime();
            for (GroupRecord record : records) {
                heldBytes -= record.bytes();
                if (record.letter() != null) {
                    lettersInFlight.remove(record.letter().id());
                }
            }
            lock.notifyAll();
        }
        journal.pin(Groups.PIN + options.name(), progress.lowWater());
        meters.committed(records.size(), failed.size());
        commit(false);
        records.stream().filter(record -> !failed.contains(record)).forEach(this::runAfterCommit);
    }

    private void runAfterCommit(GroupRecord record) {
        for (Runnable action : record.actionsAfterCommit()) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.warn("Group {}: an action after the commit of offset {} failed", options.name(), record.offset(), e);
            }
        }
    }

    /** Stops reading, waits for what runs, and commits it. */
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
            reader.join(STOP_MILLIS);
            if (!lanes.stop(STOP_MILLIS)) {
                LOG.warn("Group {} stops while records still run; they are processed again later", options.name());
            }
            commit(true);
            awaitCommits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("Group {} did not stop cleanly; what it had not committed is processed again", options.name(), e);
        }
        meters.close();
    }

    private void awaitCommits() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
        synchronized (lock) {
            while ((committing || !ended.isEmpty()) && System.nanoTime() < end) {
                lock.wait(1_000);
            }
        }
    }
}
