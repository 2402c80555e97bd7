package io.waystation.journal;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.waystation.store.StartupException;

/**
 * How far each channel's events are gone: deleted with their segment, or older than the channel keeps them.
 * Kept in a file, so that a longer retention or a clock that steps back brings nothing back. The file also says where
 * the log began: when it begins later, segments were deleted whose marks a full disk kept from being written, and every
 * channel is taken to have lost something there rather than none. Thread-safe.
 */
final class LowWater {
    private static final int MOST_CHANNELS = 50_000;
    private static final String FORGOTTEN = "*";
    private static final String OLDEST = "*oldest";
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Path file;
    private final Map<String, Long> gone = new ConcurrentHashMap<>();
    private volatile long forgotten;
    private long savedOldest = 1;
    private boolean changed;

    private LowWater(Path file) {
        this.file = file;
    }

    /**
     * Reads the marks of a log.
     *
     * @param oldestOffset where the log begins now
     */
    static LowWater in(Path folder, long oldestOffset) throws IOException {
        LowWater marks = new LowWater(folder.resolve("low-water"));
        if (Files.exists(marks.file)) {
            marks.savedOldest = UNKNOWN; // files of earlier versions do not say it
            for (String line : Files.readAllLines(marks.file, StandardCharsets.ISO_8859_1)) {
                try {
                    marks.parse(line);
                } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
                    throw new StartupException("data-folder-damaged", marks.file + " should hold lines of an offset and a channel, not '"
                            + line + "'; restore it from a backup, or delete it: events past their channel's retention may then come back"
                            + " until their segment is deleted", damaged);
                }
            }
        }
        if (oldestOffset > marks.savedOldest) {
            marks.raiseAll(oldestOffset - 1);
        }
        return marks;
    }

    private void parse(String line) {
        int space = line.indexOf(' ');
        long offset = Long.parseLong(line, 0, space, 10);
        String name = line.substring(space + 1);
        if (name.equals(FORGOTTEN)) {
            forgotten = offset;
        } else if (name.equals(OLDEST)) {
            savedOldest = offset;
        } else {
            gone.put(URLDecoder.decode(name, StandardCharsets.UTF_8), offset);
        }
    }

    /** Every event of the channel up to this offset is gone. */
    long of(String channel) {
        Long offset = gone.get(channel);
        return offset == null ? forgotten : Math.max(offset, forgotten);
    }

    synchronized void raise(String channel, long offset) {
        if (offset > gone.getOrDefault(channel, 0L)) {
            gone.put(channel, offset);
            changed = true;
        }
    }

    /** For a segment whose channels cannot be told: no channel may have anything up to this offset. */
    synchronized void raiseAll(long offset) {
        if (offset > forgotten) {
            forgotten = offset;
            changed = true;
        }
    }

    /** Writes the marks when they have changed. */
    synchronized void save(long oldestOffset) throws IOException {
        if (!changed && oldestOffset == savedOldest) {
            return;
        }
        forget(oldestOffset);
        StringBuilder text = new StringBuilder();
        text.append(forgotten).append(' ').append(FORGOTTEN).append('\n');
        text.append(oldestOffset).append(' ').append(OLDEST).append('\n');
        gone.forEach((channel, offset) -> text.append(offset).append(' ')
                .append(URLEncoder.encode(channel, StandardCharsets.UTF_8).replace("*", "%2A"))
                .append('\n'));
        replace(text);
        savedOldest = oldestOffset;
        changed = false;
    }

    private void replace(CharSequence text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh); // half of it would take room on a disk that is full
        }
    }

    /** Drops marks below the whole log's: there one number does for all channels and hides nothing. */
    private void forget(long oldestOffset) {
        if (gone.size() <= MOST_CHANNELS) {
            return;
        }
        gone.entrySet().removeIf(entry -> {
            boolean useless = entry.getValue() < oldestOffset;
            if (useless) {
                forgotten = Math.max(forgotten, entry.getValue());
            }
            return useless;
        });
    }
}
