package io.waystation.relay;

import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * Limits of the relay, from {@code waystation.relay.*}.
 *
 * @param ringBytes recent events kept in memory for each channel
 * @param ringTotalBytes recent events kept in memory in all
 * @param ringIdle how long a channel without subscribers stays in memory
 * @param heartbeat longest silence on a stream
 * @param stallTimeout how long data may wait for a client that takes none
 * @param readers threads that read history
 * @param poisonAttempts reconnects on one event before it is skipped for that client
 * @param poisonSize bytes of the smallest event that is skipped so
 * @param hold how long a stream request over its quota is held before it is dropped
 * @param corsOrigin {@code Access-Control-Allow-Origin} of streams, empty for none
 * @param historyBudget stored events held in memory in all for clients that are behind
 * @param maxSmeeFrame longest frame in bytes that a smee client is given an event in
 */
record RelaySettings(long ringBytes, long ringTotalBytes, Duration ringIdle, Duration heartbeat, Duration stallTimeout,
        int readers, int poisonAttempts, long poisonSize, Duration hold, String corsOrigin, long historyBudget, long maxSmeeFrame) {

    static RelaySettings of(Settings settings) {
        String prefix = "waystation.relay.";
        return new RelaySettings(
                settings.bytes(prefix + "ring-size"),
                settings.bytes(prefix + "ring-total"),
                settings.duration(prefix + "ring-idle"),
                settings.positive(prefix + "heartbeat"),
                settings.positive(prefix + "stall-timeout"),
                settings.number(prefix + "readers", 1, 64),
                settings.number(prefix + "poison-attempts", 2, 1000),
                settings.bytes(prefix + "poison-size"),
                settings.duration(prefix + "hold"),
                settings.text(prefix + "cors-origin").orElse(""),
                settings.bytes(prefix + "history-budget"),
                settings.bytes(prefix + "max-smee-frame"));
    }
}
