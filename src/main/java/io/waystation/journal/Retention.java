package io.waystation.journal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes segments that are too old or too many, and moves the mark of channels that keep their events for a
 * shorter time. Whole files only: on a full disk SQLite cannot free space by deleting rows. Thread-safe.
 */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final Segments segments;
    private final SegmentReaders readers;
    private final LowWater lowWater;
    private final Losses losses;
    private final JournalSettings settings;
    private final Clock clock;
    private final Map<String, Long> pins = new ConcurrentHashMap<>();
    private volatile Function<String, Optional<Duration>> channels;

    Retention(Segments segments, SegmentReaders readers, LowWater lowWater, Losses losses, JournalSettings settings,
            Clock clock) {
        this.segments = segments;
        this.readers = readers;
        this.lowWater = lowWater;
        this.losses = losses;
        this.settings = settings;
        this.clock = clock;
    }

    void pin(String name, long offset) {
        pins.put(name, offset);
    }

    void unpin(String name) {
        pins.remove(name);
    }

    void channels(Function<String, Optional<Duration>> retention) {
        channels = retention;
    }

    /** Applies every rule once; one that fails keeps none of the others from making room. */
    synchronized void run() {
        for (Rule rule : List.<Rule>of(this::moveChannelMarks, this::deleteOld, this::deleteBeyondSize)) {
            try {
                rule.apply();
            } catch (IOException | RuntimeException failed) {
                LOG.error("Retention failed and is tried again", failed);
            }
        }
        saveMarks();
    }

    private void deleteOld() throws IOException {
        long cutoff = clock.millis() - settings.maxAge().toMillis();
        for (SegmentFile segment : segments.all()) {
            long last = segments.lastOffset(segment);
            if (segment == segments.newest() || lastMillis(segment) >= cutoff || !pinnedBelow(last).isEmpty()) {
                return;
            }
            delete(segment, last, "older than " + settings.maxAge());
        }
    }

    private void deleteBeyondSize() throws IOException {
        long size = segments.size();
        for (SegmentFile segment : segments.all()) {
            if (size <= settings.maxSize() || segment == segments.newest()) {
                return;
            }
            long last = segments.lastOffset(segment);
            List<String> losers = pinnedBelow(last);
            size -= segment.size();
            delete(segment, last, "the log is larger than its limit");
            if (!losers.isEmpty()) {
                LOG.error("The size limit of the log took events {} to {} before {} had read them", segment.first(),
                        last, losers);
                losses.tell(new Loss(Loss.MAX_SIZE, segment.first(), last, losers));
            }
        }
    }

    private List<String> pinnedBelow(long offset) {
        return pins.entrySet().stream().filter(pin -> pin.getValue() < offset).map(Map.Entry::getKey).sorted().toList();
    }

    private void delete(SegmentFile segment, long last, String reason) throws IOException {
        markChannels(segment, last);
        segments.remove(segment);
        saveMarks();
        try {
            segment.retire();
        } catch (IOException failed) {
            if (!segment.isRetired()) {
                segments.add(segment); // to be tried again
                throw failed;
            }
            LOG.warn("What is left beside {} cannot be deleted; the next start does", segment, failed);
        }
        readers.evict(segment); // after that, so that a reader given back meanwhile is closed too
        LOG.info("Deleted segment {} with events up to {}: {}", segment, last, reason);
    }

    /**
     * A full disk may keep the marks from being written, which must not keep retention from making room on it: they
     * are written when there is some, and a hub that ends before sees at its next start that they are missing.
     */
    private void saveMarks() {
        try {
            lowWater.save(segments.oldestOffset());
        } catch (IOException unwritable) {
            LOG.warn("How far events of channels are gone could not be written down and is tried again: {}", unwritable.toString());
        }
    }

    private void markChannels(SegmentFile segment, long last) {
        try {
            with(segment, SegmentReader::newestOffsets).forEach(lowWater::raise);
        } catch (SQLException unreadable) {
            LOG.warn("The channels of {} cannot be read any more", segment, unreadable);
            lowWater.raiseAll(last);
        }
    }

    private void moveChannelMarks() {
        Function<String, Optional<Duration>> retention = channels;
        if (retention == null) {
            return;
        }
        long previousMillis = 0;
        for (SegmentFile segment : segments.all()) {
            moveChannelMarks(segment, previousMillis, retention);
            previousMillis = segment == segments.newest() ? 0 : lastMillis(segment);
        }
    }

    private void moveChannelMarks(
            SegmentFile segment, long notBefore, Function<String, Optional<Duration>> retention) {
        long now = clock.millis();
        try {
            with(segment, reader -> {
                for (Map.Entry<String, Long> newest : reader.newestOffsets().entrySet()) {
                    String channel = newest.getKey();
                    Duration kept = retention.apply(channel).orElse(null);
                    if (kept != null && now - kept.toMillis() > notBefore && lowWater.of(channel) < newest.getValue()) {
                        lowWater.raise(channel, reader.newestOffsetBefore(channel, now - kept.toMillis()));
                    }
                }
                return null;
            });
        } catch (SQLException unreadable) {
            LOG.warn("The channels of {} cannot be read", segment, unreadable);
        }
    }

    /** When the newest event was written, as exactly as can be known. */
    private long lastMillis(SegmentFile segment) {
        if (segment.lastMillis() < 0) {
            try {
                segment.lastMillis(with(segment, SegmentReader::lastMillis));
            } catch (SQLException unreadable) {
                segment.lastMillis(segment.modifiedMillis());
            }
        }
        return segment.lastMillis();
    }

    private <T> T with(SegmentFile segment, Question<T> question) throws SQLException {
        SegmentReader reader = readers.borrow(segment);
        T answer;
        try {
            answer = question.ask(reader);
        } catch (SQLException failed) {
            readers.discard(reader);
            throw failed;
        }
        readers.giveBack(reader);
        return answer;
    }

    private interface Rule {
        void apply() throws IOException;
    }

    private interface Question<T> {
        T ask(SegmentReader reader) throws SQLException;
    }
}
