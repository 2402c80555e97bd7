package io.waystation.relay;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

import io.waystation.event.Position;
import io.waystation.http.ProblemException;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/**
 * Named places in channels: a client that connects with {@code ?cursor=name} goes on behind what it
 * acknowledged last, also on another machine and without a file of its own.
 *
 * <p>Thread-safe; every method waits for the store, so none may be called on an event loop.
 */
final class Cursors {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final String PLACE = " WHERE channel = :channel AND name = :name";

    private final Store store;
    private final Clock clock;
    private final int mostPerChannel;
    private final Duration expiry;

    Cursors(Store store, Clock clock, int mostPerChannel, Duration expiry) {
        this.store = store;
        this.clock = clock;
        this.mostPerChannel = mostPerChannel;
        this.expiry = expiry;
    }

    /** Refuses what is no cursor name. */
    static String checkName(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new ProblemException(400, "invalid-cursor-name",
                    "A cursor's name is 1 to 128 letters, digits, dots, underscores and hyphens.");
        }
        return name;
    }

    /** Where a cursor stands; a new one is put at the position given. */
    Position open(String channel, String name, Position start) {
        Optional<Position> known = store.read(handle -> find(handle, channel, name));
        return known.orElseGet(() -> store.writeNow(handle -> {
            Optional<Position> meanwhile = find(handle, channel, name);
            if (meanwhile.isEmpty()) {
                insert(handle, channel, name, start);
            }
            return meanwhile.orElse(start);
        }));
    }

    /** Moves a cursor forward; never back, so that acknowledgements may overtake each other. Returns where it stands. */
    Position acknowledge(String channel, String name, Position position) {
        return store.writeNow(handle -> {
            Optional<Position> before = find(handle, channel, name);
            if (before.isEmpty()) {
                insert(handle, channel, name, position);
                return position;
            }
            boolean forward = position.compareTo(before.get()) > 0;
            Position now = forward ? position : before.get();
            handle.createUpdate("UPDATE relay_cursor SET log_offset = :offset, log_millis = :millis, updated_at = :now"
                            + PLACE)
                    .bind("channel", channel).bind("name", name)
                    .bind("offset", now.offset()).bind("millis", now.millis()).bind("now", clock.millis())
                    .execute();
            return now;
        });
    }

    /** Forgets cursors nobody acknowledged for long; returns how many. */
    int expire() {
        return store.writeNow(handle -> handle.createUpdate("DELETE FROM relay_cursor WHERE updated_at < :before")
                .bind("before", clock.millis() - expiry.toMillis()).execute());
    }

    private static Optional<Position> find(Handle handle, String channel, String name) {
        return handle.createQuery("SELECT log_millis, log_offset FROM relay_cursor" + PLACE)
                .bind("channel", channel).bind("name", name)
                .map((row, context) -> new Position(row.getLong(1), row.getLong(2)))
                .findOne();
    }

    private void insert(Handle handle, String channel, String name, Position start) {
        int there = handle.createQuery("SELECT count(*) FROM relay_cursor WHERE channel = :channel")
                .bind("channel", channel).mapTo(Integer.class).one();
        if (there >= mostPerChannel) {
            throw new ProblemException(409, "too-many-cursors", "The channel has " + there
                    + " cursors already. Use one of them, or wait until unused ones expire.");
        }
        handle.createUpdate("INSERT INTO relay_cursor (channel, name, log_offset, log_millis, updated_at)"
                        + " VALUES (:channel, :name, :offset, :millis, :now)")
                .bind("channel", channel).bind("name", name)
                .bind("offset", start.offset()).bind("millis", start.millis()).bind("now", clock.millis())
                .execute();
    }
}
