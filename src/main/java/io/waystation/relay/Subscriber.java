package io.waystation.relay;

import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.event.Position;
import io.waystation.http.PacedStream;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;

/**
 * One client on one stream: a cursor into its channel, and nothing else.
 *
 * <p>Frames are written only while the socket takes them, from the ring after the cursor or, behind the
 * ring, from stored chunks. Everything here runs on the connection's event loop.
 */
final class Subscriber {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final int FAILURES_ALLOWED = 5;

    private final Subscription subscription;
    private final RelayChannel channel;
    private final SubscriberLoop loop;
    private final ResponseStream stream;
    private final PacedStream paced;
    private long cursor;
    private ChannelRing.Node node;
    private HistoryReader.Chunk chunk;
    private Iterator<RelayedEvent> pending;
    private boolean reading;
    private boolean closed;
    private int failures;
    private long eventsSent;
    private final long openedAt;
    /** Place in its channel's list on this loop, kept by that list. */
    int index;

    Subscriber(Subscription subscription, RelayChannel channel, SubscriberLoop loop) {
        this.subscription = subscription;
        this.channel = channel;
        this.loop = loop;
        this.stream = subscription.stream();
        this.cursor = subscription.after().offset();
        this.openedAt = loop.hub().nanoTime();
        this.paced = new PacedStream(stream, openedAt);
    }

    Subscription subscription() {
        return subscription;
    }

    long eventsSent() {
        return eventsSent;
    }

    long age() {
        return loop.hub().nanoTime() - openedAt;
    }

    /** Events between the tail and this client, 0 when it has everything. */
    long lag() {
        return node != null && node.next() == null && !node.isCut() ? 0 : Math.max(0, loop.hub().last() - cursor);
    }

    /** Writes what the socket takes, with one flush. */
    void pump() {
        if (closed) {
            return;
        }
        while (!closed && stream.isWritable() && step()) {
            continue;
        }
        paced.flush();
    }

    /** Writes one frame or moves the cursor; false when there is nothing to do for now. */
    private boolean step() {
        if (pending != null) {
            return stepHistory();
        }
        if (reading) {
            return false;
        }
        if (node == null) {
            node = channel.ring().seek(cursor);
            if (node == null) {
                readHistory();
                return pending != null;
            }
        }
        ChannelRing.Node next = node.next();
        if (next == null) {
            if (!node.isCut()) {
                return false;
            }
            node = null; // evicted under us: find our place again by offset
            return true;
        }
        if (next.offset() <= cursor) {
            node = next;
            return true;
        }
        RelayedEvent event = next.event();
        if (event == null) {
            node = null;
            return true;
        }
        write(event);
        node = next;
        return true;
    }

    private boolean stepHistory() {
        if (pending.hasNext()) {
            RelayedEvent event = pending.next();
            if (event.offset() > cursor) {
                write(event);
            }
        } else {
            goBehindTheChunk();
        }
        return true;
    }

    private void goBehindTheChunk() {
        Runnable release = chunk.release();
        try {
            cursor = Math.max(cursor, chunk.last());
            chunk = null;
            pending = null;
            node = channel.ring().seek(cursor);
            if (node == null) {
                readHistory(); // before the release, which drops what was read ahead and nobody asked for
            }
        } finally {
            release.run();
        }
    }

    private void write(RelayedEvent event) {
        cursor = event.offset();
        Optional<StreamFrame> frame = cursor == subscription.skip() ? Optional.empty() : event.frame(subscription.encoding());
        if (frame.isEmpty()) {
            Position skipped = event.event().position();
            writeGap(new StreamGap(subscription.after(), skipped, 1, subscription.understandsGaps()));
            return;
        }
        put(frame.get());
        eventsSent++;
        loop.delivered();
    }

    private void writeGap(StreamGap gap) {
        put(StreamFrame.of(subscription.encoding().gap(gap)));
    }

    void put(StreamFrame frame) {
        paced.write(frame);
    }

    private void readHistory() {
        reading = true;
        long after = cursor;
        channel.history().read(subscription.channel(), after, subscription.encoding())
                .whenComplete((read, failure) -> deliver(after, read, failure));
    }

    private void deliver(long after, HistoryReader.Chunk read, Throwable failure) {
        try {
            stream.loop().execute(() -> take(after, read, failure));
        } catch (RejectedExecutionException stopping) {
            if (read != null) {
                read.release().run();
            }
        }
    }

    private void take(long after, HistoryReader.Chunk read, Throwable failure) {
        if (closed) {
            if (read != null) {
                read.release().run();
            }
            return;
        }
        if (failure != null) {
            if (++failures > FAILURES_ALLOWED) {
                cut("history-unreadable");
            } else {
                loop.hub().later(1, TimeUnit.SECONDS, stream.loop(), this::readAgain);
            }
            return;
        }
        failures = 0;
        if (read.last() <= after && read.lost() == 0) { // the log has not caught up with its announcement
            read.release().run();
            loop.hub().later(50, TimeUnit.MILLISECONDS, stream.loop(), this::readAgain);
            return;
        }
        reading = false;
        chunk = read;
        pending = read.events().iterator();
        if (read.lost() > 0) {
            writeGap(new StreamGap(new Position(subscription.after().millis(), after), read.oldest(), read.lost(),
                    subscription.understandsGaps()));
            paced.flush();
            cursor = read.events().isEmpty() ? read.last() : read.events().get(0).offset() - 1; // told once
        }
        pump();
    }

    private void readAgain() {
        reading = false;
        pump();
    }

    /** Looks after the connection: heartbeat when it is due, and the end of a client that takes nothing. */
    void tend(boolean heartbeat, StreamFrame frame, long now, long stallNanos) {
        if (closed) {
            return;
        }
        PacedStream.Pace pace = paced.look(now, stallNanos);
        if (pace == PacedStream.Pace.STALLED) {
            cut("stalled");
            return;
        }
        if (pace == PacedStream.Pace.FULL) {
            letGo(); // full since the last look: it reads its chunk again later instead of keeping it
        }
        if (heartbeat) {
            paced.heartbeat(frame);
        }
    }

    private void letGo() {
        if (chunk != null) {
            Runnable release = chunk.release();
            pending = null;
            chunk = null;
            release.run();
        }
    }

    /** Ends a stream that could not be served; the client comes back and resumes by its last id. */
    void fail(Throwable failure) {
        try {
            LOG.warn("A stream of the channel {} could not be served and is cut", subscription.channel(), failure);
            cut("failed");
        } catch (RuntimeException | Error second) {
            LOG.debug("Cutting the stream failed too", second);
        }
    }

    void cut(String reason) {
        if (!closed) {
            loop.hub().metrics().cut(reason);
            close();
            stream.abort();
        }
    }

    /** Forgets everything; true the first time. */
    boolean close() {
        boolean first = !closed;
        closed = true;
        node = null;
        letGo();
        if (first) {
            loop.left(channel, this);
        }
        return first;
    }
}
