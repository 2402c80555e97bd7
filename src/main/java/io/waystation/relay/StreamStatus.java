package io.waystation.relay;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** What is known about a followed stream, for health checks. Thread-safe. */
public final class StreamStatus {
    private final Clock clock;
    private final Duration silence;
    private StreamDialect dialect;
    private boolean connected;
    private Instant since;
    private Instant lastByte;
    private String lastEventId;
    private String lastPosition;
    private Instant lastEventAt;
    private Duration lag = Duration.ZERO;
    private long received;
    private long connections;
    private long gaps;
    private long unreadable;
    private String problem;

    /**
     * Status of a stream that is not connected.
     *
     * @param silence how long nothing may come from a stream that is well
     */
    StreamStatus(Clock clock, Duration silence) {
        this.clock = clock;
        this.silence = silence;
        this.since = clock.instant();
    }

    /** What is known now. */
    public synchronized Snapshot snapshot() {
        Instant now = clock.instant();
        boolean silent = connected && lastByte != null && Duration.between(lastByte, now).compareTo(silence) > 0;
        return new Snapshot(connected && !silent, connected ? silent ? "silent" : "connected" : "disconnected",
                dialect == null ? null : dialect.name().toLowerCase(java.util.Locale.ROOT), since, lastEventId, lastPosition,
                lastEventAt, lag.toMillis(), received, Math.max(0, connections - 1), gaps, unreadable, problem);
    }

    synchronized void connected(StreamDialect found) {
        dialect = found;
        connected = true;
        since = clock.instant();
        lastByte = since;
        connections++;
        problem = null;
    }

    synchronized void alive() {
        lastByte = clock.instant();
    }

    synchronized void event(FollowedEvent event) {
        lastEventId = event.event().id();
        lastPosition = event.streamId();
        lastEventAt = clock.instant();
        Duration delay = Duration.between(event.event().time(), lastEventAt);
        lag = delay.isNegative() ? Duration.ZERO : delay;
        received++;
    }

    synchronized void gap() {
        gaps++;
    }

    synchronized void unreadable() {
        unreadable++;
    }

    synchronized void disconnected(String reason) {
        if (connected) {
            since = clock.instant();
        }
        connected = false;
        problem = reason;
    }

    /**
     * A status at one moment.
     *
     * @param healthy whether the stream is connected and not silent
     * @param state connected, silent or disconnected
     * @param dialect kind of stream, or null when it was never connected
     * @param since when it was connected or disconnected
     * @param lastEventId id of the last event received, or null
     * @param lastPosition position of it, or null
     * @param lastEventAt when it was received, or null
     * @param lagMillis how long after the hub accepted it
     * @param received events received by this process
     * @param reconnects how often the stream was connected again
     * @param gaps how often the server said that events are lost
     * @param unreadable messages passed over because they could not be read
     * @param problem why it is not connected, or null
     */
    public record Snapshot(boolean healthy, String state, String dialect, Instant since, String lastEventId,
            String lastPosition, Instant lastEventAt, long lagMillis, long received, long reconnects, long gaps,
            long unreadable, String problem) {
    }
}
