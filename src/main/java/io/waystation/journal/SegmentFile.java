package io.waystation.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One file of the log and what SQLite puts beside it, named by the first offset it may hold. */
final class SegmentFile {
    private static final Pattern NAME = Pattern.compile("(\\d{19})\\.db");
    private static final String[] PARTS = {"", "-wal", "-shm", "-journal"};

    private final Path path;
    private final long first;
    private volatile long lastMillis = -1;
    private volatile boolean retired;

    SegmentFile(Path folder, long first) {
        this.path = folder.resolve(String.format("%019d.db", first));
        this.first = first;
    }

    static OptionalLong firstOffset(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    Path path() {
        return path;
    }

    String url() {
        return "jdbc:sqlite:" + path;
    }

    long first() {
        return first;
    }

    /** Milliseconds of the newest event, or -1 when not known yet. */
    long lastMillis() {
        return lastMillis;
    }

    void lastMillis(long millis) {
        lastMillis = millis;
    }

    /** Bytes on disk, write-ahead log included; 0 when it is gone. */
    long size() {
        long size = 0;
        for (String part : PARTS) {
            try {
                size += Files.size(beside(part));
            } catch (IOException absent) {
                continue; // that part does not exist (any more)
            }
        }
        return size;
    }

    /** When the main file was last written to; 0 when it is gone. */
    long modifiedMillis() {
        return path.toFile().lastModified();
    }

    boolean hasWriteAheadLog() {
        return Files.exists(beside("-wal"));
    }

    boolean hasRollbackJournal() {
        return Files.exists(beside("-journal"));
    }

    void delete() throws IOException {
        for (String part : PARTS) {
            Files.deleteIfExists(beside(part));
        }
    }

    /** Deletes it for good; waits for what {@link #ifThere} is doing with it. */
    synchronized void retire() throws IOException {
        Files.deleteIfExists(path);
        retired = true; // without its main file it is nothing; the next start deletes what may be left beside it
        delete();
    }

    /** Whether it is deleted for good. */
    boolean isRetired() {
        return retired;
    }

    /** Does something with the file that must not meet its deletion; whether it was still there. */
    synchronized boolean ifThere(FileWork work) throws SQLException {
        if (!retired) {
            work.run();
        }
        return !retired;
    }

    /** Something to do with a file. */
    interface FileWork {
        void run() throws SQLException;
    }

    /** Puts an unreadable segment out of the way, where a person can look at it. */
    Path setAside() throws IOException {
        Path target = path.resolveSibling(path.getFileName() + ".damaged");
        Files.move(path, target, StandardCopyOption.REPLACE_EXISTING);
        if (hasWriteAheadLog()) {
            Files.move(beside("-wal"), path.resolveSibling(path.getFileName() + ".damaged-wal"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        delete();
        return target;
    }

    /** Makes the directory entry durable: SQLite syncs the directory for its journals, not for a new file. */
    void syncFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private Path beside(String part) {
        return part.isEmpty() ? path : path.resolveSibling(path.getFileName() + part);
    }

    @Override
    public String toString() {
        return path.getFileName().toString();
    }
}
