package io.waystation.update.release;

import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.jdbi.v3.core.Handle;

/** The table {@code release_part}. Stateless; called inside a work or a reading of the store. */
final class ReleasePartRows {
    private static final int KEPT = 500;

    private ReleasePartRows() {
    }

    /** Keeps a file, unless there is one of its platform. Forgets the oldest of the subsystem. */
    static void put(Handle handle, ReleaseManifest manifest, ReleaseArtefact file, String hub, Instant now) {
        handle.createUpdate("INSERT INTO release_part (subsystem, commit_id, os, arch, name, size, sha256, urls, hub, stored_at) "
                + "VALUES (:subsystem, :commit, :os, :arch, :name, :size, :sha256, :urls, :hub, :now) ON CONFLICT DO NOTHING")
                .bind("subsystem", manifest.subsystem()).bind("commit", manifest.commit()).bind("os", file.os()).bind("arch", file.arch())
                .bind("name", file.name()).bind("size", file.size()).bind("sha256", file.sha256())
                .bind("urls", file.urls().stream().map(URI::toString).collect(Collectors.joining(" ")))
                .bind("hub", hub).bind("now", now.toEpochMilli()).execute();
        handle.execute("DELETE FROM release_part WHERE subsystem = ? AND stored_at < (SELECT min(stored_at) FROM "
                + "(SELECT stored_at FROM release_part WHERE subsystem = ? ORDER BY stored_at DESC LIMIT " + KEPT + ") newest)",
                manifest.subsystem(), manifest.subsystem());
    }

    /** Files of a commit, by platform. */
    static List<ReleaseArtefact> list(Handle handle, String subsystem, String commit) {
        return handle.createQuery("SELECT os, arch, name, size, sha256, urls FROM release_part WHERE subsystem = ? AND commit_id = ? ORDER BY os, arch")
                .bind(0, subsystem).bind(1, commit)
                .map((row, context) -> new ReleaseArtefact(row.getString("os"), row.getString("arch"), row.getString("name"), row.getLong("size"),
                        row.getString("sha256"), Arrays.stream(row.getString("urls").split(" ")).map(URI::create).toList())).list();
    }
}
