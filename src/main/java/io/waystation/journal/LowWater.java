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

/**
 * How far each channel's events are gone: deleted with their segment, or older than the channel keeps them.
 * Kept in a file, so that a longer retention or a clock that steps back brings nothing back. Thread-safe.
 */
final class LowWater {
    private static final int MOST_CHANNELS = 50_000;
    private static final String FORGOTTEN = "*";

    private final Path file;
    private final Map<String, Long> gone = new ConcurrentHashMap<>();
    private volatile long forgotten;
    private boolean changed;

    private LowWater(Path file) {
        this.file = file;
    }

    static LowWater in(Path folder) throws IOException {
        LowWater marks = new LowWater(folder.resolve("low-water"));
        if (Files.exists(marks.file)) {
            for (String line : Files.readAllLines(marks.file, StandardCharsets.UTF_8)) {
                marks.parse(line);
            }
        }
        return marks;
    }

    private void parse(String line) {
        int space = line.indexOf(' ');
        if (space < 1) {
            return;
        }
        long offset = Long.parseLong(line, 0, space, 10);
        String name = line.substring(space + 1);
        if (name.equals(FORGOTTEN)) {
            forgotten = offset;
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
        if (!changed) {
            return;
        }
        forget(oldestOffset);
        StringBuilder text = new StringBuilder();
        text.append(forgotten).append(' ').append(FORGOTTEN).append('\n');
        gone.forEach((channel, offset) -> text.append(offset).append(' ')
                .append(channel.equals(FORGOTTEN) ? "%2A" : URLEncoder.encode(channel, StandardCharsets.UTF_8))
                .append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        changed = false;
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
