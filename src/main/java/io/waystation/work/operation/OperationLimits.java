package io.waystation.work.operation;

import java.time.Clock;
import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * Limits of operations, from {@code waystation.operations.*}.
 *
 * @param clock tells the time of everything that is stored
 * @param retention how long operations are kept after their end
 * @param progressRetention how long events of progress are kept
 * @param logLines lines kept of each operation
 * @param lineLength characters kept of each line
 * @param streams open streams
 * @param ringEvents recent events kept in memory
 * @param heartbeat longest silence on a stream
 * @param stallTimeout how long events may wait for a browser that takes none
 * @param readers threads that read stored events for streams that are behind
 */
record OperationLimits(Clock clock, Duration retention, Duration progressRetention, int logLines, int lineLength, int streams,
        int ringEvents, Duration heartbeat, Duration stallTimeout, int readers) {

    static OperationLimits of(Settings settings, Clock clock) {
        String prefix = "waystation.operations.";
        return new OperationLimits(clock,
                settings.duration(prefix + "retention"),
                settings.duration(prefix + "progress-retention"),
                settings.number(prefix + "log-lines", 1, 1_000_000),
                settings.number(prefix + "line-length", 16, 65_536),
                settings.number(prefix + "streams", 1, 100_000),
                settings.number(prefix + "recent-events", 1, 1_000_000),
                settings.positive(prefix + "heartbeat"),
                settings.duration(prefix + "stall-timeout"),
                settings.number(prefix + "readers", 1, 100));
    }
}
