package io.waystation.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded log: an event is on disk when its append completes, and read by offset ever after.
 *
 * <p>Thread-safe. Appends never block; reads may block on disk.
 */
public final class Journal implements EventHistory, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final Duration RETENTION_EVERY = Duration.ofMinutes(1);

    private final Segments segments;
    private final SegmentReaders readers = new SegmentReaders();
    private final CommitSignal signal = new CommitSignal();
    private final Losses losses = new Losses();
    private final LowWater lowWater;
    private final Newcomers newcomers;
    private final Retention retention;
    private final Checkpointer checkpointer;
    private final LogReader reader;
    private final LogWriter writer;
    private final AppendQueue queue;
    private final JournalMeters meters;
    private final Thread writerThread;
    private final ScheduledExecutorService housekeeping;

    private Journal(Path folder, JournalSettings settings, DeliveryIndex index, Clock clock, MeterRegistry registry,
            WriteFault fault) throws IOException, SQLException {
        housekeeping = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "journal-retention"));
        segments = Segments.in(folder);
        lowWater = LowWater.in(folder, segments.oldestOffset());
        newcomers = new Newcomers(folder);
        meters = new JournalMeters(registry);
        retention = new Retention(segments, readers, lowWater, losses, settings, clock);
        checkpointer = new Checkpointer(readers, meters);
        queue = new AppendQueue(settings.queueEvents(), settings.queueBytes());
        RecentBatches recent = new RecentBatches(settings.cacheBytes());
        reader = new LogReader(segments, readers, recent, lowWater, signal, losses, meters);
        Deliveries deliveries = new Deliveries(index, settings.duplicateWindow(), settings.maxUnindexed());
        ActiveSegment active = new ActiveSegment(segments, readers, checkpointer, losses, settings, clock,
                this::retainSoon);
        finishSealing();
        openLast(active, index);
        sealEarlier();
        writer = new LogWriter(new LogWriter.Parts(queue, active, deliveries, recent, signal, checkpointer, reader,
                retention, meters), settings, clock, fault);
        writerThread = daemon(writer, "journal-writer");
        gauges(deliveries);
    }

    /** A hub killed while it sealed a segment left a rollback journal, which only a connection that may write can undo. */
    private void finishSealing() {
        for (SegmentFile segment : segments.all()) {
            if (segment.hasRollbackJournal()) {
                try {
                    SegmentWriter.rollBack(segment);
                    LOG.info("Segment {} was being sealed when the hub ended; that is undone and it is whole", segment);
                } catch (SQLException failed) { // all other segments are good
                    LOG.error("Segment {} was being sealed when the hub ended, and that cannot be undone; its events are kept but "
                            + "not readable: make room on the disk if it is full, and restart the hub", segment, failed);
                }
            }
        }
    }

    private void openLast(ActiveSegment active, DeliveryIndex index) throws IOException, SQLException {
        SegmentWriter last = active.open();
        long indexedTo = index.indexedTo();
        if (indexedTo != Long.MAX_VALUE && indexedTo >= last.next()) {
            LOG.error("The log ends at {} but {} events are indexed; it goes on behind those", last.next() - 1,
                    indexedTo);
            active.startAt(indexedTo + 1);
            last = active.current();
        }
        signal.move(last.next() == 1 ? Position.START : new Position(last.lastMillis(), last.next() - 1));
    }

    /** A segment whose write-ahead log is still there was not closed in order. */
    private void sealEarlier() {
        SegmentFile newest = segments.newest();
        segments.all().stream().filter(segment -> segment != newest && segment.hasWriteAheadLog())
                .forEach(checkpointer::seal);
    }

    private void gauges(Deliveries deliveries) {
        meters.gauge("queue", "Events that wait for the disk", queue::count);
        meters.gauge("queue.bytes", "Bytes of bodies that wait for the disk", queue::bytes);
        meters.gauge("segments", "Segment files", segments::count);
        meters.gauge("size", "Bytes of all segment files", segments::size);
        meters.gauge("tail", "Offset of the newest event", () -> signal.tail().offset());
        meters.gauge("unindexed", "Delivery ids that wait for the index", deliveries::size);
    }

    /** The process may end without closing the log: what is acknowledged is on disk. */
    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void retainSoon() {
        try {
            housekeeping.execute(retention::run);
        } catch (RejectedExecutionException closing) {
            LOG.debug("Retention runs at the next start");
        }
    }

    private void start() {
        writerThread.start();
        housekeeping.scheduleWithFixedDelay(
                this::retain, RETENTION_EVERY.toMillis(), RETENTION_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether the thread that writes still runs; without it every append waits for ever. */
    boolean isWriterAlive() {
        return writerThread.isAlive();
    }

    /** Gives the writer something small to do; what is returned says whether that is done. */
    BooleanSupplier askWriter() {
        writer.rollIfDue();
        return writer::hasRolled;
    }

    /** Opens the log without metrics; see {@link #open(Path, JournalSettings, DeliveryIndex, Clock, MeterRegistry)}. */
    public static Journal open(Path folder, JournalSettings settings, DeliveryIndex index, Clock clock) {
        return open(folder, settings, index, clock, null);
    }

    /**
     * Opens the log in a folder, which is created when absent. One process at a time may have it open; the
     * caller holds the lock of the data folder.
     *
     * @param folder where the segment files are
     * @param settings sizes and times
     * @param index finds delivery ids that are no longer in memory
     * @param clock gives positions their milliseconds
     * @param meters where to count, or null
     */
    public static Journal open(
            Path folder, JournalSettings settings, DeliveryIndex index, Clock clock, MeterRegistry meters) {
        return open(folder, settings, index, clock, meters, WriteFault.NONE);
    }

    static Journal open(Path folder, JournalSettings settings, DeliveryIndex index, Clock clock, MeterRegistry meters,
            WriteFault fault) {
        try {
            Journal journal = new Journal(folder, settings, index, clock, meters, fault);
            journal.start();
            return journal;
        } catch (IOException | SQLException failed) {
            throw Segments.failure("Opening the log in " + folder + " failed", failed);
        }
    }

    /**
     * Appends an event. Returns at once.
     *
     * @param event the event
     * @param resumeOn completes the future; all completions of one transaction for the same executor are one
     *     task. Must not block the thread it is called on.
     * @return completes once the event is on disk, or once the first event of the same delivery is; fails with
     *     {@link JournalFullException} when nothing was written
     */
    public CompletableFuture<Appended> append(Event event, Executor resumeOn) {
        PendingAppend append = new PendingAppend(event, resumeOn);
        writer.offer(append);
        return append.future();
    }

    /**
     * Reads events of all channels in order.
     *
     * <p>The range searched may end before the tail although no event was found: go on behind
     * {@link EventBatch#last()} until that is the tail. {@link EventBatch#lost()} counts every offset of the
     * range that is gone, wanted or not.
     *
     * @param after offset to start behind
     * @param filter which events
     * @param limit at most so many events
     * @param maxBytes stop after the event whose body passes this many bytes in all
     */
    public EventBatch read(long after, EventFilter filter, int limit, long maxBytes) {
        return reader.read(after, filter, limit, maxBytes);
    }

    /** The same, of events before an offset only. */
    EventBatch readBetween(long after, long before, EventFilter filter, int limit, long maxBytes) {
        return reader.readBetween(after, before, filter, limit, maxBytes);
    }

    @Override
    public EventBatch read(String channel, long after, int limit, long maxBytes) {
        return reader.read(channel, after, limit, maxBytes);
    }

    @Override
    public Optional<PositionedEvent> find(long offset) {
        return reader.find(offset);
    }

    /**
     * Lets those who follow the log from its tail for the first time start where it ends now, whatever is appended meanwhile, until
     * {@link #letNewcomersStartAtTail}: for a hub that takes events in before all of its groups are known. When the last hub ended
     * before they were, they start where it said so.
     *
     * @throws IOException when that cannot be written down; then they start at the tail as usual
     */
    public void letNewcomersStartHere() throws IOException {
        newcomers.hold(signal.tail().offset());
    }

    /** Ends what {@link #letNewcomersStartHere} began. */
    public void letNewcomersStartAtTail() throws IOException {
        newcomers.release();
    }

    /** Offset behind which a group starts that has no position yet and follows from the tail. */
    long newcomersStart() {
        OptionalLong held = newcomers.start();
        return held.isPresent() ? Math.max(held.getAsLong(), oldestOffset() - 1) : signal.tail().offset();
    }

    /** Offset behind which whoever keeps no position and follows from the tail starts. */
    long followersStart() {
        return newcomers.tail().orElseGet(() -> signal.tail().offset());
    }

    @Override
    public Position tail() {
        return signal.tail();
    }

    /** Smallest offset that can still be read, or the next one to be written when the log is empty. */
    public long oldestOffset() {
        return segments.oldestOffset();
    }

    /** Smallest offset of a channel that retention has not taken, whether an event of it stands there or not. */
    public long oldestOffset(String channel) {
        return Math.max(segments.oldestOffset(), lowWater.of(channel) + 1);
    }

    /**
     * Calls a listener with the tail's offset after every commit, on the writer thread: it may only signal.
     *
     * @return stops the calls
     */
    public AutoCloseable onCommit(LongConsumer listener) {
        signal.listen(listener);
        return () -> signal.ignore(listener);
    }

    /**
     * Tells a listener which events were lost and who had not read them.
     *
     * @return stops the calls
     */
    public AutoCloseable onLoss(Consumer<Loss> listener) {
        losses.listen(listener);
        return () -> losses.ignore(listener);
    }

    /**
     * Keeps every event behind an offset for a reader until it moves its pin or the log reaches its size limit.
     *
     * @param name the reader, such as {@code group:recorder}
     * @param offset the reader has finished everything up to here; a pin may move either way
     */
    public void pin(String name, long offset) {
        retention.pin(name, offset);
    }

    /** Removes a reader's pin. */
    public void unpin(String name) {
        retention.unpin(name);
    }

    /** Sets how long each channel keeps its events; channels without an answer keep them as long as the log. */
    public void retainChannels(Function<String, Optional<Duration>> channelRetention) {
        retention.channels(channelRetention);
    }

    /** Applies retention now; it also runs by itself every minute. */
    public void retain() {
        writer.rollIfDue();
        retention.run();
    }

    /** Counters since the log was opened. */
    public JournalStatistics statistics() {
        return meters.statistics(queue.count(), segments);
    }

    /** Writes what waits, then closes; the second time does nothing. */
    @Override
    public void close() {
        if (housekeeping.isShutdown()) {
            return;
        }
        housekeeping.shutdown();
        writer.close();
        try {
            writerThread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        checkpointer.close();
        readers.close();
    }
}
