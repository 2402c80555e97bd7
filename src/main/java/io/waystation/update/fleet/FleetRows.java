package io.waystation.update.fleet;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jdbi.v3.core.Handle;

/** The tables of the fleet. Stateless; called inside a work or a reading of the store. */
final class FleetRows {
    private FleetRows() {
    }

    static Optional<String> key(Handle handle, String machine) {
        return handle.createQuery("SELECT public_key FROM fleet_machine WHERE id = ?").bind(0, machine).mapTo(String.class).findFirst();
    }

    static void enrol(Handle handle, MachineReport first, String by, Instant now) {
        handle.execute("INSERT INTO fleet_machine (id, public_key, enrolled_by, enrolled_at, last_seen) VALUES (?, ?, ?, ?, ?)",
                first.machine(), first.publicKey(), by, now.toEpochMilli(), now.toEpochMilli());
    }

    /** Keeps a report; false when one with this serial or a higher one of the machine is known already. */
    static boolean keep(Handle handle, MachineReport report, Instant now) {
        int changed = handle.createUpdate("INSERT INTO fleet_report (subsystem, machine, serial, state, version, commit_id, reason, made_at, "
                + "received_at) VALUES (:subsystem, :machine, :serial, :state, :version, :commit, :reason, :made, :now) "
                + "ON CONFLICT (subsystem, machine) DO UPDATE SET serial = excluded.serial, state = excluded.state, "
                + "version = excluded.version, commit_id = excluded.commit_id, reason = excluded.reason, made_at = excluded.made_at, "
                + "received_at = excluded.received_at WHERE fleet_report.serial < excluded.serial")
                .bind("subsystem", report.subsystem()).bind("machine", report.machine()).bind("serial", report.serial())
                .bind("state", report.state().code()).bind("version", report.version()).bind("commit", report.commit())
                .bind("reason", report.reason()).bind("made", report.time().toEpochMilli()).bind("now", now.toEpochMilli()).execute();
        if (changed > 0) {
            handle.execute("UPDATE fleet_machine SET last_seen = ? WHERE id = ?", now.toEpochMilli(), report.machine());
        }
        return changed > 0;
    }

    static boolean forget(Handle handle, String machine) {
        handle.execute("DELETE FROM fleet_report WHERE machine = ?", machine);
        return handle.execute("DELETE FROM fleet_machine WHERE id = ?", machine) > 0;
    }

    static int machines(Handle handle) {
        return handle.createQuery("SELECT count(*) FROM fleet_machine").mapTo(Integer.class).one();
    }

    /** Machines that report about a subsystem and were heard of since a time, by name. */
    static List<FleetMember> members(Handle handle, String subsystem, Instant heard) {
        return handle.createQuery("SELECT r.*, m.enrolled_at, m.last_seen FROM fleet_report r JOIN fleet_machine m ON m.id = r.machine "
                + "WHERE r.subsystem = :subsystem AND m.last_seen >= :heard ORDER BY r.machine")
                .bind("subsystem", subsystem).bind("heard", heard.toEpochMilli()).map((row, context) -> member(row)).list();
    }

    private static FleetMember member(ResultSet row) throws SQLException {
        return new FleetMember(row.getString("machine"), ReportState.of(row.getString("state")), row.getString("version"),
                row.getString("reason"), instant(row, "received_at"), instant(row, "enrolled_at"), instant(row, "last_seen"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    /** Subsystems that machines report about, by name. */
    static List<String> subsystems(Handle handle) {
        return handle.createQuery("SELECT DISTINCT subsystem FROM fleet_report ORDER BY subsystem").mapTo(String.class).list();
    }

    /** Notes when a version was opened so far, unless that is known. */
    static void opened(Handle handle, String subsystem, String version, int admits, Instant at) {
        handle.execute("INSERT INTO fleet_ring (subsystem, version, admits, opened_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                subsystem, version, admits, at.toEpochMilli());
        handle.execute("DELETE FROM fleet_ring WHERE subsystem = ? AND version <> ?", subsystem, version);
    }

    /** When a version was opened to how many percent. */
    static TreeMap<Integer, Instant> rings(Handle handle, String subsystem, String version) {
        TreeMap<Integer, Instant> rings = new TreeMap<>();
        handle.createQuery("SELECT admits, opened_at FROM fleet_ring WHERE subsystem = ? AND version = ?").bind(0, subsystem).bind(1, version)
                .map((row, context) -> Map.entry(row.getInt(1), Instant.ofEpochMilli(row.getLong(2))))
                .forEach(ring -> rings.put(ring.getKey(), ring.getValue()));
        return rings;
    }

    static void resumed(Handle handle, String subsystem, String version, String by, Instant now) {
        handle.execute("INSERT INTO fleet_resumed (subsystem, version, resumed_by, resumed_at) VALUES (?, ?, ?, ?) ON CONFLICT (subsystem) "
                + "DO UPDATE SET version = excluded.version, resumed_by = excluded.resumed_by, resumed_at = excluded.resumed_at",
                subsystem, version, by, now.toEpochMilli());
    }

    /** When a person let this version go on. */
    static Optional<Instant> resumed(Handle handle, String subsystem, String version) {
        return handle.createQuery("SELECT resumed_at FROM fleet_resumed WHERE subsystem = ? AND version = ?").bind(0, subsystem)
                .bind(1, version).mapTo(Long.class).findFirst().map(Instant::ofEpochMilli);
    }

    /** The next serial for a report of this machine: it goes on rising when the store is an older copy. */
    static long nextSerial(Handle handle, Instant now) {
        handle.execute("INSERT INTO fleet_serial (id, serial) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET "
                + "serial = CASE WHEN fleet_serial.serial >= excluded.serial THEN fleet_serial.serial + 1 ELSE excluded.serial END",
                now.toEpochMilli());
        return handle.createQuery("SELECT serial FROM fleet_serial WHERE id = 1").mapTo(Long.class).one();
    }
}
