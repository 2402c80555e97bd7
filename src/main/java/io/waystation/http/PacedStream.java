package io.waystation.http;

/**
 * An open stream that is written to while its socket takes bytes, and that notices a peer which takes none.
 *
 * <p>Everything here runs on the stream's loop. Times are readings of one clock of nanoseconds.
 */
public final class PacedStream {
    /** What a peer does with what was written for it. */
    public enum Pace {
        /** It takes bytes, or none are waiting. */
        TAKES,
        /** More wait than the stream may hold, but some were taken lately. */
        FULL,
        /** It has taken nothing for the time it is given. */
        STALLED
    }

    private final ResponseStream stream;
    private long bytesWritten;
    private long bytesFlushed;
    private long bytesTaken;
    private long bytesAtHeartbeat;
    private long progressAt;

    /** Paces a stream from now on. */
    public PacedStream(ResponseStream stream, long now) {
        this.stream = stream;
        this.progressAt = now;
    }

    /** Whether more may be written now. */
    public boolean isWritable() {
        return stream.isWritable();
    }

    /** Queues a frame. */
    public void write(StreamFrame frame) {
        stream.write(frame);
        bytesWritten += frame.length();
    }

    /** Sends what was queued since the last time, if anything was. */
    public void flush() {
        if (bytesWritten != bytesFlushed) {
            bytesFlushed = bytesWritten;
            stream.flush();
        }
    }

    /**
     * Looks at what the peer took since the last look.
     *
     * @param stallNanos how long bytes may wait for a peer that takes none
     */
    public Pace look(long now, long stallNanos) {
        long queued = stream.queuedBytes();
        long taken = bytesWritten - queued;
        if (queued <= 0 || taken > bytesTaken) {
            bytesTaken = taken;
            progressAt = now;
        } else if (now - progressAt >= stallNanos) {
            return Pace.STALLED;
        }
        return stream.isWritable() ? Pace.TAKES : Pace.FULL;
    }

    /** Writes a heartbeat when the stream was silent since the last call and has room for it. */
    public void heartbeat(StreamFrame frame) {
        if (bytesWritten == bytesAtHeartbeat && stream.isWritable()) {
            write(frame);
            flush();
        }
        bytesAtHeartbeat = bytesWritten;
    }
}
