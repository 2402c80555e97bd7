package io.waystation.update.release;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.waystation.update.UpstreamVersion;
import org.jdbi.v3.core.Handle;

/** The tables {@code release_part} and {@code release_part_serial}. Stateless; called inside a work or a reading of the store. */
final class ReleasePartRows {
    private static final int KEPT = 500;

    private ReleasePartRows() {
    }

    /** Keeps a file, unless there is one of its platform. Forgets the oldest of the subsystem. */
    static void put(Handle handle, ReleaseManifest manifest, ReleaseArtefact file, String hub, Instant now) {
        handle.createUpdate("INSERT INTO release_part (subsystem, commit_id, version, os, arch, name, size, sha256, urls, hub, stored_at) "
                + "VALUES (:subsystem, :commit, :version, :os, :arch, :name, :size, :sha256, :urls, :hub, :now) ON CONFLICT DO NOTHING")
                .bind("subsystem", manifest.subsystem()).bind("commit", manifest.commit()).bind("version", manifest.version())
                .bind("os", file.os()).bind("arch", file.arch()).bind("name", file.name()).bind("size", file.size()).bind("sha256", file.sha256())
                .bind("urls", file.urls().stream().map(URI::toString).collect(Collectors.joining(" ")))
                .bind("hub", hub).bind("now", now.toEpochMilli()).execute();
        handle.execute("DELETE FROM release_part WHERE subsystem = ? AND stored_at < (SELECT min(stored_at) FROM "
                + "(SELECT stored_at FROM release_part WHERE subsystem = ? ORDER BY stored_at DESC LIMIT " + KEPT + ") newest)",
                manifest.subsystem(), manifest.subsystem());
    }

    /** Forgets what a hub has built of a version; answers how many files that were. */
    static int drop(Handle handle, ReleaseManifest manifest, String hub) {
        return handle.execute("DELETE FROM release_part WHERE subsystem = ? AND commit_id = ? AND version = ? AND hub = ?",
                manifest.subsystem(), manifest.commit(), manifest.version(), hub);
    }

    /** Files of a version, by platform. */
    static List<ReleaseArtefact> list(Handle handle, String subsystem, UpstreamVersion version) {
        return handle.createQuery("SELECT os, arch, name, size, sha256, urls FROM release_part "
                + "WHERE subsystem = ? AND commit_id = ? AND version = ? ORDER BY os, arch")
                .bind(0, subsystem).bind(1, version.commit()).bind(2, version.version())
                .map((row, context) -> new ReleaseArtefact(row.getString("os"), row.getString("arch"), row.getString("name"), row.getLong("size"),
                        row.getString("sha256"), Arrays.stream(row.getString("urls").split(" ")).map(URI::create).toList())).list();
    }

    /** Serial of the last release of a hub that was taken; 0 before the first. */
    static long serial(Handle handle, String hub, String subsystem) {
        return handle.createQuery("SELECT serial FROM release_part_serial WHERE hub = ? AND subsystem = ?").bind(0, hub).bind(1, subsystem)
                .mapTo(Long.class).findOne().orElse(0L);
    }

    /** Notes that a release of a hub was taken. */
    static void taken(Handle handle, String hub, ReleaseManifest manifest) {
        handle.execute("INSERT INTO release_part_serial (hub, subsystem, serial) VALUES (?, ?, ?) "
                + "ON CONFLICT (hub, subsystem) DO UPDATE SET serial = excluded.serial", hub, manifest.subsystem(), manifest.serial());
    }
}
