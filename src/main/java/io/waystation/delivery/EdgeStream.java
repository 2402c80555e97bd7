package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;

import io.waystation.http.PacedStream;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of one endpoint. It is written to while its socket takes bytes, in small pieces read when there is room.
 *
 * <p>{@link #signal}, {@link #tend} and {@link #cutFromOutside} may be called anywhere, everything else on the connection's
 * event loop.
 */
final class EdgeStream {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeStream.class);

    private final EdgeStreams streams;
    private final ResponseStream response;
    private final PacedStream paced;
    private final String endpoint;
    private long cursor;
    private boolean reading;
    private boolean again;
    private boolean unsettled;
    private boolean closed;

    /** @param after position behind which it begins */
    EdgeStream(EdgeStreams streams, ResponseStream response, String endpoint, long after) {
        this.streams = streams;
        this.response = response;
        this.paced = new PacedStream(response, System.nanoTime());
        this.endpoint = endpoint;
        this.cursor = after;
    }

    String endpoint() {
        return endpoint;
    }

    void begin() {
        response.onClose(this::close); // before anything that may fail: whoever joined leaves
        paced.write(StreamFrame.of(("retry: 1000\nevent: ready\ndata: {\"endpoint\":\"" + endpoint + "\",\"after\":" + cursor + "}\n\n")
                .getBytes(StandardCharsets.UTF_8)));
        paced.flush();
        response.onWritable(this::pump);
        pump();
    }

    /** There may be more to hand out. */
    void signal() {
        onLoop(this::pump);
    }

    private void onLoop(Runnable action) {
        try {
            response.loop().execute(action);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("Not sent, the server is stopping", stopping);
        }
    }

    private void pump() {
        if (closed || !paced.isWritable()) {
            return; // called again when it is
        }
        if (reading) {
            again = true;
            return;
        }
        reading = true;
        again = false;
        streams.read(endpoint, cursor).whenComplete((piece, failure) -> onLoop(() -> take(piece, failure)));
    }

    private void take(PullReader.Piece piece, Throwable failure) {
        reading = false;
        if (closed) {
            return;
        }
        unsettled = failure != null || piece.unsettled();
        if (failure != null) {
            LOG.warn("What endpoint {} is owed could not be read and is looked at again: {}", endpoint, failure.toString());
            return;
        }
        for (PullReader.Frame frame : piece.frames()) {
            paced.write(frame.bytes());
            cursor = frame.position();
        }
        paced.flush();
        if (again || !piece.frames().isEmpty()) {
            pump();
        }
    }

    /**
     * Cuts the stream of a peer that takes nothing; else looks again at what could not be read, or was on its way otherwise, and
     * keeps a silent one alive when a heartbeat is due.
     */
    void tend(boolean heartbeat, StreamFrame frame, long stallNanos) {
        onLoop(() -> {
            if (closed) {
                return;
            }
            if (paced.look(System.nanoTime(), stallNanos) == PacedStream.Pace.STALLED) {
                cut("it takes nothing");
                return;
            }
            if (heartbeat) {
                paced.heartbeat(frame);
            }
            if (unsettled) {
                pump();
            }
        });
    }

    void cutFromOutside(String reason) {
        onLoop(() -> cut(reason));
    }

    private void cut(String reason) {
        if (!closed) {
            LOG.info("The stream of endpoint {} is cut: {}", endpoint, reason);
            close();
            response.abort();
        }
    }

    private void close() {
        if (!closed) {
            closed = true;
            streams.left(this);
        }
    }
}
