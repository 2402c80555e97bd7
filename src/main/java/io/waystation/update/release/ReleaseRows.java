package io.waystation.update.release;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;

import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.release.ReleaseLedger.Refused;
import io.waystation.update.release.ReleaseLedger.State;
import io.waystation.update.release.TrustedKeys.Vouched;

/** The tables of releases. Stateless; called inside a work or a reading of the store. */
final class ReleaseRows {
    private static final String OWN = "own";
    private static final String OTHERS = "others";
    private static final int KEPT = 200;
    private static final int KEPT_REFUSALS = 500;
    private static final int KEPT_KEYS = 200;

    private ReleaseRows() {
    }

    private static String side(State state) {
        return state == State.ACCEPTED ? OTHERS : OWN;
    }

    /** Writes a release; one of the same serial that nobody has seen is replaced. Forgets the oldest. */
    static void put(Handle handle, Entry entry, Instant now) {
        String side = side(entry.state());
        handle.createUpdate("INSERT INTO release_manifest (side, subsystem, serial, state, envelope, not_before, stored_at) "
                + "VALUES (:side, :subsystem, :serial, :state, :envelope, :notBefore, :now) ON CONFLICT (side, subsystem, serial) DO UPDATE SET "
                + "state = excluded.state, envelope = excluded.envelope, not_before = excluded.not_before, stored_at = excluded.stored_at")
                .bind("side", side).bind("subsystem", entry.manifest().subsystem()).bind("serial", entry.manifest().serial())
                .bind("state", entry.state().code()).bind("envelope", new String(entry.envelope().bytes(), StandardCharsets.UTF_8))
                .bind("notBefore", entry.notBefore() == null ? null : entry.notBefore().toEpochMilli())
                .bind("now", now.toEpochMilli()).execute();
        handle.execute("DELETE FROM release_manifest WHERE side = ? AND subsystem = ? AND serial <= ?", side,
                entry.manifest().subsystem(), entry.manifest().serial() - KEPT);
    }

    static void told(Handle handle, String subsystem, long serial, Instant now) {
        handle.execute("UPDATE release_manifest SET told_at = ? WHERE side = ? AND subsystem = ? AND serial = ?", now.toEpochMilli(), OWN,
                subsystem, serial);
    }

    static void forget(Handle handle, String subsystem, long serial) {
        handle.execute("DELETE FROM release_manifest WHERE side = ? AND subsystem = ? AND serial = ? AND state = ?", OWN, subsystem, serial,
                State.PREPARED.code());
    }

    /** Releases of a subsystem, the newest first. */
    static List<Entry> list(Handle handle, State state, String subsystem, int most) {
        return handle.createQuery("SELECT * FROM release_manifest WHERE side = :side AND subsystem = :subsystem AND state = :state "
                + "ORDER BY serial DESC LIMIT :most")
                .bind("side", side(state)).bind("subsystem", subsystem).bind("state", state.code()).bind("most", most)
                .map((row, context) -> read(row)).list();
    }

    /** The highest serial this hub has ever used for a subsystem. */
    static long highestOwn(Handle handle, String subsystem) {
        return handle.createQuery("SELECT coalesce(max(serial), 0) FROM release_manifest WHERE side = :side AND subsystem = :subsystem")
                .bind("side", OWN).bind("subsystem", subsystem).mapTo(Long.class).one();
    }

    /** Published ones of which the log may not know yet, oldest first. */
    static List<Entry> untold(Handle handle) {
        return handle.createQuery("SELECT * FROM release_manifest WHERE side = :side AND state = :state AND told_at IS NULL "
                + "ORDER BY subsystem, serial").bind("side", OWN).bind("state", State.PUBLISHED.code()).map((row, context) -> read(row)).list();
    }

    /** Subsystems of which this hub has published something. */
    static List<String> published(Handle handle) {
        return handle.createQuery("SELECT DISTINCT subsystem FROM release_manifest WHERE side = :side AND state = :state ORDER BY subsystem")
                .bind("side", OWN).bind("state", State.PUBLISHED.code()).mapTo(String.class).list();
    }

    private static Entry read(ResultSet row) throws SQLException {
        long notBefore = row.getLong("not_before");
        Instant acts = row.wasNull() ? null : Instant.ofEpochMilli(notBefore);
        Envelope envelope = Envelope.read(row.getString("envelope").getBytes(StandardCharsets.UTF_8));
        return new Entry(State.of(row.getString("state")), ReleaseCodec.read(envelope.payload()), envelope, acts);
    }

    /** Keys that were vouched for. */
    static List<Vouched> keys(Handle handle) {
        return handle.createQuery("SELECT id, public_key, valid_from, valid_until, voucher FROM release_key ORDER BY id")
                .map((row, context) -> new Vouched(new ReleaseKey(row.getString(1), row.getString(2), Instant.ofEpochMilli(row.getLong(3)),
                        Instant.ofEpochMilli(row.getLong(4))), row.getString(5)))
                .list();
    }

    /** Keeps keys that a signed release vouches for; of more than so many the ones that end first are forgotten. */
    static void vouch(Handle handle, List<ReleaseKey> keys, String voucher, Instant now) {
        for (ReleaseKey key : keys) {
            handle.execute("INSERT INTO release_key (id, public_key, valid_from, valid_until, voucher, stored_at) VALUES (?, ?, ?, ?, ?, ?) "
                    + "ON CONFLICT (id) DO UPDATE SET valid_from = excluded.valid_from, valid_until = excluded.valid_until, "
                    + "voucher = excluded.voucher, stored_at = excluded.stored_at",
                    key.keyid(), key.publicKey(), key.from().toEpochMilli(), key.until().toEpochMilli(), voucher, now.toEpochMilli());
        }
        handle.execute("DELETE FROM release_key WHERE id NOT IN (SELECT id FROM release_key ORDER BY valid_until DESC LIMIT " + KEPT_KEYS + ")");
    }

    static void refuse(Handle handle, String eventId, String subsystem, Refusal refusal, String reason, Instant now) {
        handle.execute("INSERT INTO release_refusal (event_id, subsystem, code, reason, refused_at) VALUES (?, ?, ?, ?, ?) "
                + "ON CONFLICT (event_id) DO NOTHING", eventId, subsystem, refusal.code(), reason, now.toEpochMilli());
        handle.execute("DELETE FROM release_refusal WHERE event_id NOT IN "
                + "(SELECT event_id FROM release_refusal ORDER BY refused_at DESC LIMIT " + KEPT_REFUSALS + ")");
    }

    /** Refusals, the newest first. */
    static List<Refused> refusals(Handle handle, Optional<String> subsystem, int most) {
        return handle.createQuery("SELECT event_id, subsystem, code, reason, refused_at FROM release_refusal "
                + "WHERE :subsystem IS NULL OR subsystem = :subsystem ORDER BY refused_at DESC, event_id LIMIT :most")
                .bind("subsystem", subsystem.orElse(null)).bind("most", most)
                .map((row, context) -> new Refused(row.getString(1), row.getString(2), row.getString(3), row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5))))
                .list();
    }
}
