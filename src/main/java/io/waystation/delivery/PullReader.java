package io.waystation.delivery;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

import io.waystation.http.StreamFrame;
import io.waystation.store.StoreException;
import io.waystation.work.WorkStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what endpoints that pull are handed next, in pieces. A delivery gets its position when its frame is made, so that every
 * position that was given is one that was handed to a stream. Thread-safe.
 */
final class PullReader {
    private static final Logger LOG = LoggerFactory.getLogger(PullReader.class);
    private static final int PIECE = 64;
    private static final long PIECE_BYTES = 256 << 10;

    private final Endpoints endpoints;
    private final PullRows rows;
    private final PulledBody bodies;
    private final int window;
    private final BooleanSupplier stopping;

    PullReader(Endpoints endpoints, PullRows rows, PulledBody bodies, int window, BooleanSupplier stopping) {
        this.endpoints = endpoints;
        this.rows = rows;
        this.bodies = bodies;
        this.window = window;
        this.stopping = stopping;
    }

    /** A frame and its position. */
    record Frame(long position, StreamFrame bytes) {
    }

    /**
     * What comes next.
     *
     * @param frames in order
     * @param unsettled whether it is to be looked at again though nobody tells that there is more
     */
    record Piece(List<Frame> frames, boolean unsettled) {
        static final Piece NOTHING = new Piece(List.of(), false);
    }

    /** What an endpoint is handed behind a position; blocks. */
    Piece read(String id, long after) {
        Optional<Endpoint> endpoint = endpoints.find(id).filter(found -> found.standing().state() != EndpointState.PAUSED);
        return endpoint.map(found -> read(found, after)).orElse(Piece.NOTHING);
    }

    private Piece read(Endpoint endpoint, long after) {
        Piece piece;
        Reading reading;
        do {
            reading = new Reading(endpoint, after);
            piece = reading.read();
        } while (reading.parked && piece.frames().isEmpty() && !stopping.getAsBoolean()); // what is behind them may be good
        return piece;
    }

    /** One reading; not thread-safe. */
    private final class Reading {
        private final Endpoint endpoint;
        private final long after;
        private final List<Frame> frames = new ArrayList<>();
        private final List<PullRows.Handed> given = new ArrayList<>();
        private long bytes;
        private boolean held;
        private boolean parked;

        private Reading(Endpoint endpoint, long after) {
            this.endpoint = endpoint;
            this.after = after;
        }

        private Piece read() {
            PullRows.Look look = rows.look(endpoint.id(), window, PIECE);
            look.handed().stream().filter(each -> each.position() > after).takeWhile(each -> hasRoom()).forEach(this::frame);
            int again = frames.size();
            for (WorkStatus item : look.fresh()) {
                if (!hasRoom()) {
                    break;
                }
                PullRows.Handed next = look.fresh(item, given.size());
                if (frame(next)) {
                    given.add(next);
                }
            }
            boolean done = rows.give(endpoint.id(), look, given);
            return new Piece(done ? frames : List.copyOf(frames.subList(0, again)), held || !done || look.unsettled());
        }

        private boolean hasRoom() {
            return !held && frames.size() < PIECE && bytes < PIECE_BYTES;
        }

        /** Makes the frame of a delivery, or a dead letter of one that cannot be handed out; whether there is a frame. */
        private boolean frame(PullRows.Handed each) {
            StreamFrame frame;
            try {
                frame = bodies.frame(endpoint, each);
            } catch (RuntimeException unusable) {
                if (isPassing(unusable)) {
                    LOG.warn("Delivery {} cannot be handed out now and is looked at again: {}", each.delivery(), unusable.toString());
                    held = true; // those behind it must not overtake it
                } else {
                    LOG.warn("Delivery {} cannot be handed out and is a dead letter: {}", each.delivery(), unusable.toString());
                    parked = true;
                    rows.park(endpoint.id(), each, "it could not be handed out: " + unusable.getMessage());
                }
                return false;
            }
            bytes += frame.length();
            frames.add(new Frame(each.position(), frame));
            return true;
        }
    }

    /** Whether a delivery could not be read for a reason that says nothing about it: the store, or that the hub is stopping. */
    private boolean isPassing(RuntimeException failure) {
        boolean passing = stopping.getAsBoolean() || Thread.currentThread().isInterrupted() || bodies.isStopping();
        for (Throwable cause = failure; cause != null && !passing; cause = cause.getCause()) {
            passing = cause instanceof StoreException || cause instanceof SQLException || cause instanceof InterruptedException
                    || cause instanceof RejectedExecutionException;
        }
        return passing;
    }
}
