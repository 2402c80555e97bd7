package io.waystation.update.process;

import java.io.Closeable;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A program that was started with everything it starts itself. Thread-safe. */
public final class ProcessTree implements Closeable {
    private final ProcessTrees trees;
    private final TreeRecord record;
    private final Process process;
    private final AtomicReference<String> reason = new AtomicReference<>();
    private boolean closed;

    ProcessTree(ProcessTrees trees, TreeRecord record, Process process) {
        this.trees = trees;
        this.record = record;
        this.process = process;
    }

    /** Lane it runs in. */
    public String lane() {
        return record.lane();
    }

    /** Number of the first process. */
    public long pid() {
        return record.pid();
    }

    /** What all its processes write, both streams together; has to be read, else they wait. */
    public InputStream output() {
        return process.getInputStream();
    }

    /**
     * Waits for the first process.
     *
     * @return whether it has ended
     */
    public boolean await(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Exit code of the first process once it has ended: 128 and the signal's number when a signal ended it. */
    public int exitCode() {
        return process.exitValue();
    }

    /**
     * Ends all its processes and returns when they have ended. The first reason given stays.
     *
     * @param why for a person, such as "a newer version is wanted"
     */
    public void end(String why) {
        reason.compareAndSet(null, why);
        trees.end(record);
    }

    /** Why it was ended, if somebody ended it. */
    public Optional<String> endedBecause() {
        return Optional.ofNullable(reason.get());
    }

    /** Ends what still runs of it and frees the lane. */
    @Override
    public void close() {
        close(false);
    }

    /** Frees the lane; what was left running in the background stays: it is the service that was asked for. */
    public void release() {
        close(true);
    }

    private synchronized void close(boolean leaveRunning) {
        if (!closed) {
            closed = true;
            boolean ended = leaveRunning && !process.isAlive() || trees.end(record);
            trees.closed(record, ended);
        }
    }
}
