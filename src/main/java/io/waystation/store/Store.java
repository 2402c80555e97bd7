package io.waystation.store;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import org.jdbi.v3.core.Handle;

/**
 * The embedded store: one writer thread that commits many works at once, and readers beside it.
 *
 * <p>Thread-safe. A future completes after the commit, on a thread of the store that is not the writer;
 * what hangs on it must not block.
 */
public final class Store implements Closeable {
    private static final Limits USUAL = new Limits(Duration.ofSeconds(5), 4, 20_000);

    private final SqliteDatabase database;
    private final StoreWriter writer;
    private final Readers readers;
    private final Readers urgentReaders;
    private final Checkpointer checkpointer;

    /**
     * Limits of a store.
     *
     * @param readLimit time that one read may take
     * @param readers connections that read at once
     * @param queue works that may wait to be written
     */
    public record Limits(Duration readLimit, int readers, int queue) {
    }

    private Store(SqliteDatabase database, MeterRegistry meters, Limits limits) {
        this.database = database;
        this.checkpointer = new Checkpointer(database);
        this.writer = new StoreWriter(database, checkpointer::commitHappened, limits.queue(), meters);
        this.readers = new Readers(database, limits.readers(), limits.readLimit());
        this.urgentReaders = new Readers(database, 1, limits.readLimit());
    }

    /**
     * Opens the store of a data folder, creating or migrating its schema.
     *
     * @throws StartupException when the schema is newer than this program or the file cannot be used
     */
    public static Store open(DataFolder folder, MeterRegistry meters) {
        return open(folder, meters, USUAL);
    }

    /** The same with other limits. */
    public static Store open(DataFolder folder, MeterRegistry meters, Limits limits) {
        SqliteDatabase database = new SqliteDatabase(folder.store());
        database.migrate();
        return new Store(database, meters, limits);
    }

    /**
     * Makes a change; completes after it is on disk.
     *
     * @return fails with what the work threw, or with {@link StoreException} when nothing could be committed
     */
    public <T> CompletableFuture<T> write(Work<T> work) {
        return writer.submit(work);
    }

    /** Makes a change and waits for it. Never call it on an event loop or inside a {@link Work}. */
    public <T> T writeNow(Work<T> work) {
        return await(write(work));
    }

    /**
     * Waits for a change that is being made.
     *
     * @throws RuntimeException what the work threw, or {@link StoreException}
     */
    public static <T> T await(CompletableFuture<T> change) {
        try {
            return change.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw SqliteDatabase.translate("writing to the store", e.getCause());
        }
    }

    /**
     * Asks, inside a {@link Work} that is running, for something to be done once it is on disk, such as waking a reader.
     * It is not done when the work or its commit fails, and lost when the process dies in between.
     *
     * @param action runs on a thread of the store and must not block; before the future of the work completes
     * @throws IllegalStateException outside of a work
     */
    public void afterCommit(Runnable action) {
        writer.afterCommit(action);
    }

    /**
     * Reads with a connection that cannot write, for as long as the store's limit on reads.
     *
     * @throws StoreException {@code BUSY} when no reader came free in time, {@code TIMEOUT} when it took too long
     */
    public <T> T read(Function<Handle, T> reading) {
        return readers.read(reading);
    }

    /**
     * The same with a connection kept for it, which no other reads can hold up. For the thread all posts wait for.
     */
    public <T> T readUrgently(Function<Handle, T> reading) {
        return urgentReaders.read(reading);
    }

    /**
     * Whether a failure inside a work has ended the whole transaction (a full disk), so that a savepoint of the
     * work's own cannot undo it and the failure must be thrown on.
     */
    public static boolean losesTransaction(Throwable failure) {
        return SqliteDatabase.losesTransaction(failure);
    }

    /** Whether the thread that writes still runs; without it every write waits for ever. */
    public boolean isWriterAlive() {
        return writer.isAlive();
    }

    /** Gives the thread that writes something small to do; what is returned says whether it has moved since, although a commit failed. */
    public BooleanSupplier askWriter() {
        return writer.ask();
    }

    SqliteDatabase database() {
        return database;
    }

    /** Commits what is waiting, then closes. */
    @Override
    public void close() {
        writer.close();
        readers.close();
        urgentReaders.close();
        checkpointer.close();
    }
}
