package io.waystation.http;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/** The open connections of one event loop. Used on that loop, except for {@link #count}. */
final class Connections {
    private static final long CHECK_MILLIS = 250;

    private final EventLoop loop;
    private final HttpSettings limits;
    private final RefusedRequests refused;
    private final Set<Connection> open = new LinkedHashSet<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ScheduledFuture<?> checks;

    Connections(EventLoop loop, HttpSettings limits, RefusedRequests refused) {
        this.loop = loop;
        this.limits = limits;
        this.refused = refused;
        this.checks = loop.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void add(Connection connection) {
        open.add(connection);
        count.set(open.size());
    }

    void remove(Connection connection) {
        open.remove(connection);
        count.set(open.size());
    }

    int count() {
        return count.get();
    }

    EventLoop loop() {
        return loop;
    }

    void refused(Connection connection, String code, String detail) {
        refused.add(new RefusedRequest(Instant.now(), connection.remoteAddress(), "-", null, 0, code, detail));
    }

    /** Takes no further request on any of them. */
    void finish() {
        snapshot().forEach(Connection::finish);
    }

    void stop() {
        checks.cancel(false);
    }

    private void check() {
        long now = System.nanoTime();
        for (Connection connection : snapshot()) { // closing one changes the set
            connection.check(now, limits);
        }
    }

    private List<Connection> snapshot() {
        return List.copyOf(open);
    }
}
