package io.waystation.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

import io.waystation.store.OwnerOnlyFile;
import io.waystation.store.StartupException;

/**
 * Where groups start that have no position yet while a hub takes events in and has not started all of its routes. It is a file as
 * long as that lasts, so that a hub killed before a group was known misses nothing for it at the next start. Thread-safe.
 */
final class Newcomers {
    private final Path file;
    private volatile OptionalLong start = OptionalLong.empty();
    private volatile OptionalLong tail = OptionalLong.empty();

    Newcomers(Path folder) {
        this.file = folder.resolve("newcomers");
    }

    /** Holds the start here, or where a hub that ended too early had held it; it is on disk when this returns. */
    void hold(long now) throws IOException {
        if (Files.exists(file)) { // the last hub ended too early
            start = OptionalLong.of(Math.min(now, parse(Files.readString(file, StandardCharsets.ISO_8859_1))));
        } else {
            OwnerOnlyFile.create(file, now + "\n");
            start = OptionalLong.of(now);
        }
        tail = OptionalLong.of(now);
    }

    private long parse(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException damaged) {
            throw new StartupException("data-folder-damaged", file + " should hold one number, not '" + text.strip()
                    + "'; delete it: groups that are new then start at the end of the log", damaged);
        }
    }

    /** Holds it no longer. */
    void release() throws IOException {
        if (start.isPresent()) {
            start = OptionalLong.empty();
            tail = OptionalLong.empty();
            Files.deleteIfExists(file);
        }
    }

    /** Where a new group starts. */
    OptionalLong start() {
        return start;
    }

    /** Where those start who never keep a position: what an earlier hub took in is not for them. */
    OptionalLong tail() {
        return tail;
    }
}
