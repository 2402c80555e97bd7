package io.waystation.channel;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.waystation.settings.Secret;
import io.waystation.store.SealedColumn;
import io.waystation.store.SecretBox;
import io.waystation.store.Store;

/** Channels defined by API, in the store; their secrets are sealed there. Blocks on disk. */
final class ChannelRows {
    /** Where sealed texts are. */
    static final List<SealedColumn> SEALED = List.of(
            new SealedColumn("channel", "name", "secrets", name -> context(name, "secret")),
            new SealedColumn("channel", "name", "readers", name -> context(name, "reader")));

    private final Store store;
    private final SecretBox box;

    /** Rows of a store. */
    ChannelRows(Store store, SecretBox box) {
        this.store = store;
        this.box = box;
    }

    /** Every row. */
    List<ChannelPolicy> all() {
        return store.read(handle -> handle.createQuery("SELECT * FROM channel ORDER BY name")
                .map((row, context) -> policy(row)).list());
    }

    /** Writes a channel in place of the one of its name; returns after the commit. */
    void put(ChannelPolicy policy, long now) {
        String secrets = sealed(policy.secrets(), policy.name(), "secret");
        String readers = sealed(policy.readers(), policy.name(), "reader");
        Quota quota = policy.quota();
        store.writeNow(handle -> {
            handle.execute("DELETE FROM channel WHERE name = ?", policy.name());
            return handle.execute("INSERT INTO channel (name, provider, secrets, readers, open_posts, open_readers, retention_millis, response,"
                    + " events_per_second, burst, bytes_per_day, subscribers, keep_credentials, updated_at)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    policy.name(), policy.provider(), secrets, readers, policy.isOpen() ? 1 : 0,
                    policy.isOpenToReaders() ? 1 : 0,
                    policy.shorterRetention().map(Duration::toMillis).orElse(null), policy.response().toString(),
                    quota.eventsPerSecond(), quota.burst(), quota.bytesPerDay(), quota.subscribers(),
                    policy.keepCredentials() ? 1 : 0, now);
        });
    }

    /** Removes a channel; returns after the commit. */
    void remove(String name) {
        store.writeNow(handle -> handle.execute("DELETE FROM channel WHERE name = ?", name));
    }

    /** Names that {@link #close} has kept. */
    List<String> closed() {
        return store.read(handle -> handle.createQuery("SELECT name FROM closed_channel").mapTo(String.class).list());
    }

    /** Keeps the name of a channel that was private; returns after the commit. */
    void close(String name) {
        store.writeNow(handle -> handle.execute("INSERT INTO closed_channel (name) VALUES (?) ON CONFLICT DO NOTHING", name));
    }

    private ChannelPolicy policy(ResultSet row) throws SQLException {
        String name = row.getString("name");
        long retention = row.getLong("retention_millis");
        Duration kept = row.wasNull() ? null : Duration.ofMillis(retention);
        return new ChannelPolicy(
                name,
                ChannelPolicy.Origin.API,
                row.getString("provider"),
                opened(row.getString("secrets"), name, "secret"),
                opened(row.getString("readers"), name, "reader"),
                anybody(row),
                kept,
                ResponsePolicy.parse(row.getString("response")).orElse(ResponsePolicy.ACCEPTED),
                new Quota(row.getDouble("events_per_second"), row.getInt("burst"), row.getLong("bytes_per_day"),
                        row.getInt("subscribers")),
                row.getInt("keep_credentials") != 0);
    }

    private static Set<ChannelPolicy.Use> anybody(ResultSet row) throws SQLException {
        Set<ChannelPolicy.Use> uses = EnumSet.noneOf(ChannelPolicy.Use.class);
        if (row.getInt("open_posts") != 0) {
            uses.add(ChannelPolicy.Use.POST);
        }
        if (row.getInt("open_readers") != 0) {
            uses.add(ChannelPolicy.Use.READ);
        }
        return uses;
    }

    private String sealed(List<Secret> secrets, String channel, String kind) {
        return secrets.stream().map(secret -> box.seal(secret.text(), context(channel, kind)))
                .collect(Collectors.joining(","));
    }

    private List<Secret> opened(String sealed, String channel, String kind) {
        List<Secret> secrets = new ArrayList<>();
        Arrays.stream(sealed.split(",")).filter(text -> !text.isEmpty())
                .forEach(text -> secrets.add(Secret.of(box.open(text, context(channel, kind)))));
        return secrets;
    }

    private static String context(String channel, String kind) {
        return "channel:" + channel + "/" + kind;
    }
}
