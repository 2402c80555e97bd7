package io.waystation.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an open response, pulled piece by piece with a time limit. Asks the connection for one more
 * piece only when one was taken, so an unread stream stops the sender by TCP and costs no memory here.
 */
public final class StreamBody implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
    private static final int PIECES_AHEAD = 4;

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;

    /**
     * Waits for the next bytes.
     *
     * @return the bytes; empty list at the clean end of the body; null when nothing came in time
     * @throws IOException when the connection broke
     */
    public List<ByteBuffer> next(Duration longest) throws IOException, InterruptedException {
        Piece piece = pieces.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            return null;
        }
        if (piece.problem != null) {
            throw new IOException("the connection broke: " + piece.problem.getMessage(), piece.problem);
        }
        if (!piece.bytes.isEmpty()) {
            subscription.request(1);
        }
        return piece.bytes;
    }

    @Override
    public void onSubscribe(Flow.Subscription opened) {
        subscription = opened;
        if (closed) {
            opened.cancel();
        } else {
            opened.request(PIECES_AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        if (!bytes.isEmpty()) {
            pieces.add(new Piece(bytes, null));
        }
    }

    @Override
    public void onError(Throwable problem) {
        pieces.add(new Piece(List.of(), problem));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(List.of(), null));
    }

    /** Drops the connection. */
    @Override
    public void close() {
        closed = true;
        Flow.Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
    }

    private record Piece(List<ByteBuffer> bytes, Throwable problem) {
    }
}
