package io.waystation.journal;

import java.util.Collection;
import java.util.Map;

import io.waystation.event.Position;

/**
 * Finds the first event of a delivery among those the recorder has indexed.
 *
 * <p>Called on the log's writer thread, once per transaction: every call delays every waiting post.
 * Thread-safe.
 */
public interface DeliveryIndex {
    /** Knows nothing and never lags: only repetitions within one transaction are found. */
    DeliveryIndex NONE = new DeliveryIndex() {
        @Override
        public Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys) {
            return Map.of();
        }

        @Override
        public long indexedTo() {
            return Long.MAX_VALUE;
        }
    };

    /**
     * Positions of the first event of each delivery that is indexed; keys not found are absent.
     *
     * @throws RuntimeException when the index cannot be read; the appends that needed it then fail
     */
    Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys);

    /** Offset up to which every event is indexed and durably so; cheap, never steps back. */
    long indexedTo();
}
