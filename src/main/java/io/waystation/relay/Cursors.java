package io.waystation.relay;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

import io.waystation.channel.ChannelPolicy;
import io.waystation.event.Position;
import io.waystation.http.ProblemException;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

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
    private final CursorLimits limits;
    /** How many streams go by a cursor now; 0 for those that did since the last look for unused ones. */
    private final ConcurrentMap<Name, Integer> used = new ConcurrentHashMap<>();

    Cursors(Store store, Clock clock, CursorLimits limits) {
        this.store = store;
        this.clock = clock;
        this.limits = limits;
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
    Position open(ChannelPolicy policy, String name, Position start) {
        String channel = policy.name();
        Optional<Position> known = store.read(handle -> find(handle, channel, name));
        return known.orElseGet(() -> store.writeNow(handle -> {
            Optional<Position> meanwhile = find(handle, channel, name);
            if (meanwhile.isEmpty()) {
                insert(handle, policy, name, start);
            }
            return meanwhile.orElse(start);
        }));
    }

    /** Moves a cursor forward; never back, so that acknowledgements may overtake each other. Returns where it stands. */
    Position acknowledge(ChannelPolicy policy, String name, Position position) {
        String channel = policy.name();
        return store.writeNow(handle -> {
            Optional<Position> before = find(handle, channel, name);
            if (before.isEmpty()) {
                insert(handle, policy, name, position);
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

    /** Keeps a cursor, if there is one of this name, from being forgotten until what is returned is run. */
    Runnable use(String channel, String name) {
        if (store.read(handle -> find(handle, channel, name)).isEmpty()) {
            return () -> { }; // there is no limit on names that clients make up
        }
        Name key = new Name(channel, name);
        used.merge(key, 1, Integer::sum);
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                used.merge(key, -1, Integer::sum);
            }
        };
    }

    /** Forgets cursors nobody has used for long; returns how many. */
    int expire() {
        List<Name> seen = List.copyOf(used.keySet());
        int forgotten = store.writeNow(handle -> {
            touch(handle, seen);
            return expireUnused(handle);
        });
        seen.forEach(name -> used.remove(name, 0));
        return forgotten;
    }

    private int expireUnused(Handle handle) {
        return expireOpen(handle)
                + handle.createUpdate("DELETE FROM relay_cursor WHERE updated_at < :before")
                        .bind("before", clock.millis() - limits.expiry().toMillis()).execute();
    }

    private void touch(Handle handle, List<Name> names) {
        if (!names.isEmpty()) {
            PreparedBatch batch = handle.prepareBatch("UPDATE relay_cursor SET updated_at = :now" + PLACE);
            names.forEach(each -> batch.bind("channel", each.channel()).bind("name", each.name()).bind("now", clock.millis()).add());
            batch.execute();
        }
    }

    private int expireOpen(Handle handle) {
        return handle.createUpdate("DELETE FROM relay_cursor WHERE open_channel AND updated_at < :before")
                .bind("before", clock.millis() - limits.openExpiry().toMillis()).execute();
    }

    private static Optional<Position> find(Handle handle, String channel, String name) {
        return handle.createQuery("SELECT log_millis, log_offset FROM relay_cursor" + PLACE)
                .bind("channel", channel).bind("name", name)
                .map((row, context) -> new Position(row.getLong(1), row.getLong(2)))
                .findOne();
    }

    private void insert(Handle handle, ChannelPolicy policy, String name, Position start) {
        String channel = policy.name();
        boolean open = policy.origin() == ChannelPolicy.Origin.ANONYMOUS;
        int there = handle.createQuery("SELECT count(*) FROM relay_cursor WHERE channel = :channel")
                .bind("channel", channel).mapTo(Integer.class).one();
        if (there >= limits.perChannel()) {
            throw new ProblemException(409, "too-many-cursors", "The channel has " + there
                    + " cursors already. Use one of them, or wait until unused ones expire.");
        }
        if (open) {
            requireRoomForOpen(handle);
        }
        handle.createUpdate("INSERT INTO relay_cursor (channel, name, log_offset, log_millis, updated_at, open_channel)"
                        + " VALUES (:channel, :name, :offset, :millis, :now, :open)")
                .bind("channel", channel).bind("name", name).bind("open", open)
                .bind("offset", start.offset()).bind("millis", start.millis()).bind("now", clock.millis())
                .execute();
    }

    /** Strangers can make up any number of channels, so their cursors are limited over all of them. */
    private void requireRoomForOpen(Handle handle) {
        if (openCount(handle) >= limits.open() && (expireOpen(handle) == 0 || openCount(handle) >= limits.open())) {
            throw new ProblemException(409, "too-many-open-cursors", "Channels nobody defined have " + limits.open()
                    + " cursors together already. Define the channel, or resume with Last-Event-ID.");
        }
    }

    private record Name(String channel, String name) {
    }

    private static int openCount(Handle handle) {
        return handle.createQuery("SELECT count(*) FROM relay_cursor WHERE open_channel").mapTo(Integer.class).one();
    }
}
