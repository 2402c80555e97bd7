package io.waystation.update.run;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jdbi.v3.core.Handle;

import io.waystation.update.Sighting;
import io.waystation.update.UpstreamVersion;

/** The tables of the pipeline. Stateless; called inside a work or a reading of the store. */
final class UpdateRunRows {
    private static final int KEPT_PER_SUBSYSTEM = 200;

    private UpdateRunRows() {
    }

    /** Writes what a run is about to do; the first time makes the run. What is null keeps its value. */
    static void step(Handle handle, String id, String subsystem, UpdateStep step, UpstreamVersion wanted, String sha256, Instant now) {
        handle.createUpdate("INSERT INTO update_run (id, subsystem, step, version, tag, commit_id, sha256, started_at, updated_at) "
                + "VALUES (:id, :subsystem, :step, :version, :tag, :commit, :sha256, :now, :now) "
                + "ON CONFLICT (id) DO UPDATE SET step = excluded.step, version = coalesce(excluded.version, update_run.version), "
                + "tag = coalesce(excluded.tag, update_run.tag), commit_id = coalesce(excluded.commit_id, update_run.commit_id), "
                + "sha256 = coalesce(excluded.sha256, update_run.sha256), outcome = NULL, reason = NULL, updated_at = excluded.updated_at")
                .bind("id", id).bind("subsystem", subsystem).bind("step", step.code())
                .bind("version", wanted == null ? null : wanted.version())
                .bind("tag", wanted == null ? null : wanted.tag())
                .bind("commit", wanted == null ? null : wanted.commit())
                .bind("sha256", sha256).bind("now", now.toEpochMilli()).execute();
    }

    /** Ends a run, and forgets the oldest ones of its subsystem. */
    static void end(Handle handle, String id, String subsystem, String outcome, String reason, Instant now) {
        handle.createUpdate("UPDATE update_run SET outcome = :outcome, reason = :reason, updated_at = :now WHERE id = :id")
                .bind("outcome", outcome).bind("reason", reason).bind("now", now.toEpochMilli()).bind("id", id).execute();
        handle.createUpdate("DELETE FROM update_run WHERE subsystem = :subsystem AND outcome IS NOT NULL AND id NOT IN "
                + "(SELECT id FROM update_run WHERE subsystem = :subsystem ORDER BY updated_at DESC LIMIT " + KEPT_PER_SUBSYSTEM + ")")
                .bind("subsystem", subsystem).execute();
    }

    static Optional<UpdateRun> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM update_run WHERE id = :id").bind("id", id)
                .map((row, context) -> read(row)).findFirst();
    }

    /** Runs of a subsystem, the latest first. */
    static List<UpdateRun> list(Handle handle, String subsystem, int limit) {
        return handle.createQuery("SELECT * FROM update_run WHERE subsystem = :subsystem ORDER BY updated_at DESC, id LIMIT :limit")
                .bind("subsystem", subsystem).bind("limit", limit).map((row, context) -> read(row)).list();
    }

    private static UpdateRun read(ResultSet row) throws SQLException {
        String commit = row.getString("commit_id");
        return new UpdateRun(row.getString("id"), row.getString("subsystem"), UpdateStep.of(row.getString("step")),
                commit == null ? null : new UpstreamVersion(row.getString("version"), row.getString("tag"), commit),
                row.getString("sha256"), row.getString("outcome"), row.getString("reason"),
                Instant.ofEpochMilli(row.getLong("started_at")), Instant.ofEpochMilli(row.getLong("updated_at")));
    }

    static Map<String, Sighting> sightings(Handle handle, String subsystem) {
        Map<String, Sighting> sightings = new HashMap<>();
        handle.createQuery("SELECT name, commit_id, first_seen FROM update_sighting WHERE subsystem = :subsystem")
                .bind("subsystem", subsystem)
                .map((row, context) -> sightings.put(row.getString(1),
                        new Sighting(row.getString(2), Instant.ofEpochMilli(row.getLong(3)))))
                .list();
        return sightings;
    }

    /** Makes the stored sightings these. */
    static void sightings(Handle handle, String subsystem, Map<String, Sighting> now) {
        Map<String, Sighting> before = sightings(handle, subsystem);
        before.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name ->
                handle.execute("DELETE FROM update_sighting WHERE subsystem = ? AND name = ?", subsystem, name));
        now.forEach((name, sighting) -> {
            if (!sighting.equals(before.get(name))) {
                handle.execute("INSERT INTO update_sighting (subsystem, name, commit_id, first_seen) VALUES (?, ?, ?, ?) "
                        + "ON CONFLICT (subsystem, name) DO UPDATE SET commit_id = excluded.commit_id, first_seen = excluded.first_seen",
                        subsystem, name, sighting.commit(), sighting.firstSeen().toEpochMilli());
            }
        });
    }
}
