package io.waystation.relay;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Follows one event stream for ever: connects, reads, and connects again behind the last event it received.
 *
 * <p>Waits longer after each attempt that brought no event, and not at all less because a connection
 * opened: a server that accepts and drops is as bad as one that is down. A connection that was silent for
 * too long is given up. Whatever a server answers is retried; what only a person can mend (token, address)
 * is retried slowly and reported.
 *
 * <p>Runs on the thread that calls {@link #run()} and calls its listener there: a listener that blocks
 * stops the reading, and so the sender.
 */
public final class StreamFollower implements Runnable {
    private static final int LONGEST_ID = 256;
    private static final Duration LONGEST_FLOOR = Duration.ofMinutes(10);

    private final FollowerOptions options;
    private final Listener listener;
    private final Clock clock;
    private final StreamHttp http;
    private final Backoff backoff;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Thread runner;
    private volatile StreamDialect dialect;
    private String lastEventId;
    private Duration floor = Duration.ZERO;

    /**
     * Prepares to follow; nothing is sent before {@link #run()}.
     *
     * @param http opens the stream
     * @param lastEventId where to go on, or empty
     */
    StreamFollower(StreamHttp http, FollowerOptions options, String lastEventId, Listener listener, Clock clock) {
        this.options = options;
        this.lastEventId = lastEventId;
        this.listener = listener;
        this.clock = clock;
        this.http = http;
        this.dialect = options.dialect().orElse(null);
        this.backoff = new Backoff(
                options.firstDelay(), options.longestDelay(), () -> ThreadLocalRandom.current().nextDouble());
    }

    /** Follows until {@link #stop()}. */
    @Override
    public void run() {
        runner = Thread.currentThread();
        try {
            while (!isStopped()) {
                Duration delay = attempt();
                if (stopped.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException stop) {
            // stop() interrupts; the thread ends here
        } finally {
            runner = null;
        }
    }

    /** Ends {@link #run()} soon; a message under way is not finished. */
    public void stop() {
        stopped.countDown();
        Thread running = runner;
        if (running != null && running != Thread.currentThread()) {
            running.interrupt();
        }
    }

    /** Kind of stream found, or null as long as none was. */
    public StreamDialect dialect() {
        return dialect;
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private Duration attempt() throws InterruptedException {
        long began = System.nanoTime();
        String reason;
        Duration delay;
        boolean needsAPerson = false;
        try (StreamBody body = open()) {
            listener.connected(dialect);
            reason = read(body);
            delay = null;
        } catch (StreamRefusedException refused) {
            reason = refused.getMessage();
            needsAPerson = refused.needsAPerson();
            Duration least = refused.retryAfter().compareTo(floor) > 0 ? refused.retryAfter() : floor;
            delay = needsAPerson ? backoff.slow() : backoff.next(least);
        } catch (IOException | RuntimeException | Error broken) { // nothing ends the following but stop()
            reason = describe(broken);
            delay = null;
        }
        if (Duration.ofNanos(System.nanoTime() - began).compareTo(options.longestDelay()) > 0) {
            backoff.reset(); // it worked for a while: a proxy that cuts idle streams must not slow us down
        }
        if (delay == null) {
            delay = backoff.next(floor);
        }
        if (!isStopped()) {
            listener.disconnected(reason, delay, needsAPerson);
        }
        return delay;
    }

    private String describe(Throwable problem) {
        Throwable cause = problem;
        if (cause instanceof ConnectException && cause.getMessage() == null) { // the JDK says nothing more
            return "cannot connect to " + options.address().getRawAuthority();
        }
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /**
     * Opens the stream in the dialect known, else in the first one that the server has. A dialect found is
     * kept: a proxy that answers 404 while a hub starts must not turn a full stream into a poorer one.
     */
    private StreamBody open() throws IOException, InterruptedException {
        List<StreamDialect> candidates =
                dialect != null ? List.of(dialect) : StreamDialect.candidates(options.address());
        StreamRefusedException refused = null;
        for (StreamDialect candidate : candidates) {
            try {
                StreamBody body = http.open(addressOf(candidate), sendable(candidate));
                dialect = candidate;
                return body;
            } catch (StreamRefusedException notThis) {
                if (!notThis.isNotHere()) {
                    throw notThis;
                }
                refused = refused == null ? notThis : refused;
            }
        }
        throw refused;
    }

    private URI addressOf(StreamDialect candidate) throws StreamRefusedException {
        URI stream = candidate.streamOf(options.address());
        if (options.cursor() == null) {
            return stream;
        }
        if (candidate != StreamDialect.WAYSTATION) {
            throw new StreamRefusedException(
                    404, options.address() + " keeps no named cursors (only a Waystation hub does)", null);
        }
        return URI.create(stream + (stream.getRawQuery() == null ? "?" : "&") + "cursor=" + options.cursor());
    }

    /** The last id in a form that may be sent: gosmee refuses ids that are not two numbers. */
    private String sendable(StreamDialect candidate) {
        boolean fits = lastEventId.length() <= LONGEST_ID
                && lastEventId.chars().allMatch(c -> c > ' ' && c < 0x7f)
                && (candidate != StreamDialect.GOSMEE || lastEventId.matches("\\d{1,20}-\\d{1,20}"));
        return fits ? lastEventId : "";
    }

    private String read(StreamBody body) throws IOException, InterruptedException {
        StreamDecoder decoder = StreamDecoder.of(dialect, StreamDialect.channelOf(options.address()), clock);
        Messages messages = new Messages(decoder);
        EventStreamParser parser = new EventStreamParser(options.maxEventBytes(), messages);
        while (!isStopped()) {
            List<ByteBuffer> pieces = body.next(options.idleTimeout());
            if (pieces == null) {
                return "nothing came for " + options.idleTimeout().toSeconds() + " s";
            }
            if (pieces.isEmpty()) {
                return "the server ended the stream";
            }
            listener.alive();
            for (ByteBuffer piece : pieces) {
                parser.feed(piece);
            }
        }
        return "stopped";
    }

    /** Hands messages on; a blocked listener may be interrupted by {@link #stop()}. */
    private final class Messages implements EventStreamParser.Listener {
        private final StreamDecoder decoder;

        private Messages(StreamDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public void message(StreamMessage message) {
            if (isStopped()) {
                return;
            }
            String id = message.lastEventId();
            StreamItem item = decoder.decode(message);
            if (item instanceof StreamItem.Received received) {
                listener.event(new FollowedEvent(id, received.event()));
                backoff.reset();
            } else if (item instanceof StreamItem.Gap gap) {
                listener.gap(gap.detail());
            } else if (item instanceof StreamItem.Unreadable unreadable) {
                listener.unreadable(id, unreadable.reason());
            }
            if (!id.isEmpty() && !id.equals(lastEventId)) {
                lastEventId = id;
                if (!(item instanceof StreamItem.Received)) {
                    listener.position(id);
                }
            }
        }

        @Override
        public void retry(Duration delay) {
            floor = delay.compareTo(LONGEST_FLOOR) > 0 ? LONGEST_FLOOR : delay;
        }
    }

    /** Told what happens on the stream, on the follower's thread. */
    public interface Listener {
        /** A stream is open. */
        void connected(StreamDialect dialect);

        /** Bytes came in. */
        void alive();

        /** An event came in; blocks while there is no room for it. */
        void event(FollowedEvent event);

        /** The stream stands here now without an event: where it began, or behind a message of another kind. */
        void position(String streamId);

        /** The server says that events are lost. */
        void gap(String detail);

        /** A message was passed over because it cannot be read. */
        void unreadable(String streamId, String reason);

        /**
         * The connection is gone.
         *
         * @param retryIn when the next attempt is made
         * @param needsAPerson whether token or address must be changed for it to work
         */
        void disconnected(String reason, Duration retryIn, boolean needsAPerson);
    }
}
