package io.waystation.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which segment files there are, in order. Thread-safe; only the writer adds, only retention removes. */
final class Segments {
    private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

    private final Path folder;
    private final ConcurrentSkipListMap<Long, SegmentFile> byFirst = new ConcurrentSkipListMap<>();

    private Segments(Path folder) {
        this.folder = folder;
    }

    /** Lists a folder, which is created when absent; removes what a deletion that was cut short left behind. */
    static Segments in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Segments segments = new Segments(folder);
        List<Path> files;
        try (Stream<Path> listed = Files.list(folder)) {
            files = listed.toList();
        }
        for (Path file : files) {
            SegmentFile.firstOffset(file).ifPresent(first -> segments.add(new SegmentFile(folder, first)));
        }
        segments.dropEmptyFiles();
        for (Path file : files) {
            String name = file.getFileName().toString();
            int end = name.indexOf(".db-");
            if (end > 0 && !Files.exists(folder.resolve(name.substring(0, end + 3)))) {
                Files.deleteIfExists(file);
            }
        }
        return segments;
    }

    /** A file that a full disk let nobody write to, or remove, holds nothing, and events of its offsets may be in the one before. */
    private void dropEmptyFiles() throws IOException {
        for (SegmentFile segment : all()) {
            if (segment.size() == 0 && byFirst.lowerKey(segment.first()) != null) {
                LOG.warn("{} is empty and is deleted", segment);
                remove(segment);
                segment.delete();
            }
        }
    }

    SegmentFile newFile(long first) {
        return new SegmentFile(folder, first);
    }

    void add(SegmentFile segment) {
        byFirst.put(segment.first(), segment);
    }

    void remove(SegmentFile segment) {
        byFirst.remove(segment.first());
    }

    boolean contains(SegmentFile segment) {
        return byFirst.get(segment.first()) == segment;
    }

    /** All segments, the oldest first. */
    List<SegmentFile> all() {
        return new ArrayList<>(byFirst.values());
    }

    /** The segment an offset is or would be in, else the next one, else null. */
    SegmentFile reaching(long offset) {
        Map.Entry<Long, SegmentFile> entry = byFirst.floorEntry(offset);
        if (entry == null) {
            entry = byFirst.ceilingEntry(offset);
        }
        return entry == null ? null : entry.getValue();
    }

    SegmentFile newest() {
        Map.Entry<Long, SegmentFile> entry = byFirst.lastEntry();
        return entry == null ? null : entry.getValue();
    }

    /** First offset of the oldest segment, or 1. */
    long oldestOffset() {
        Map.Entry<Long, SegmentFile> entry = byFirst.firstEntry();
        return entry == null ? 1 : entry.getKey();
    }

    /** Last offset a segment can hold: the one before the next segment starts, or the greatest number. */
    long lastOffset(SegmentFile segment) {
        Long next = byFirst.higherKey(segment.first());
        return next == null ? Long.MAX_VALUE : next - 1;
    }

    int count() {
        return byFirst.size();
    }

    long size() {
        return byFirst.values().stream().mapToLong(SegmentFile::size).sum();
    }

    static UncheckedIOException failure(String what, Exception cause) {
        return new UncheckedIOException(what + ": " + cause.getMessage(),
                cause instanceof IOException io ? io : new IOException(cause));
    }
}
