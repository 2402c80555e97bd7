package io.waystation.work.operation;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.http.PacedStream;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;

/**
 * One browser on one stream: a filter and a cursor. It is written to while its socket takes bytes: from memory, or, when it
 * is behind that, from the store in small pieces.
 *
 * <p>Everything here runs on the connection's event loop.
 */
final class OperationStream {
    private static final Logger LOG = LoggerFactory.getLogger(OperationStream.class);
    private static final int FAILURES_ALLOWED = 5;

    private final OperationStreams streams;
    private final ResponseStream response;
    private final PacedStream paced;
    private final StreamFilter filter;
    private long cursor;
    private boolean reading;
    private boolean closed;
    private int failures;

    /** @param after id behind which it begins */
    OperationStream(OperationStreams streams, ResponseStream response, StreamFilter filter, long after) {
        this.streams = streams;
        this.response = response;
        this.paced = new PacedStream(response, System.nanoTime());
        this.filter = filter;
        this.cursor = after;
    }

    ResponseStream response() {
        return response;
    }

    void write(StreamFrame frame) {
        paced.write(frame);
    }

    /** Writes what the socket takes; a stream that fails is cut, and comes back. */
    void pump() {
        try {
            while (!closed && !reading && paced.isWritable() && step()) {
                continue;
            }
            paced.flush();
        } catch (RuntimeException | Error failure) {
            LOG.warn("A stream of operations could not be served and is cut", failure);
            cut("failed");
        }
    }

    private boolean step() {
        OperationEvent next = streams.ring().next(cursor);
        if (!streams.ring().covers(cursor)) { // looked at after the event, which may have been taken out meanwhile
            readStored();
            return false;
        }
        if (next == null) {
            return false;
        }
        cursor = next.id();
        if (filter.shows(next)) {
            put(next);
        }
        return true;
    }

    private void put(OperationEvent event) {
        paced.write(event.frame());
        streams.metrics().sent();
    }

    private void readStored() {
        reading = true;
        streams.read(filter, cursor).whenComplete((stored, failure) -> {
            try {
                response.loop().execute(() -> take(stored, failure));
            } catch (RejectedExecutionException stopping) {
                LOG.debug("Not sent, the server is stopping", stopping);
            }
        });
    }

    private void take(OperationStreams.Stored stored, Throwable failure) {
        if (closed) {
            return;
        }
        if (failure != null) {
            if (++failures > FAILURES_ALLOWED) {
                LOG.warn("A stream of operations is cut because the store cannot be read: {}", failure.toString());
                cut("unreadable");
            } else {
                streams.later(response.loop(), this::readAgain);
            }
            return;
        }
        failures = 0;
        List<OperationEvent> events = stored.events();
        events.forEach(this::put); // at most a small piece above what the socket takes
        cursor = Math.max(cursor, stored.readTo());
        readAgain();
    }

    private void readAgain() {
        reading = false;
        pump();
    }

    /** Cuts the stream of a peer that takes nothing; else keeps a silent one alive when a heartbeat is due. */
    void tend(boolean heartbeat, StreamFrame frame, long stallNanos) {
        if (closed) {
            return;
        }
        if (paced.look(System.nanoTime(), stallNanos) == PacedStream.Pace.STALLED) {
            cut("stalled");
        } else if (heartbeat) {
            paced.heartbeat(frame);
        }
    }

    void cut(String reason) {
        if (!closed) {
            streams.metrics().cut(reason);
            close();
            response.abort();
        }
    }

    /** Gives its place back, once. */
    void close() {
        if (!closed) {
            closed = true;
            streams.left(this);
        }
    }
}
