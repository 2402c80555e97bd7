package io.waystation.journal;

import java.util.List;

/**
 * Events that are gone although somebody had not read them, or that are damaged.
 *
 * @param reason {@link #MAX_SIZE} or {@link #DAMAGED}
 * @param first first lost offset
 * @param last last lost offset
 * @param pins names of the readers that had not read all of them; empty when nobody knows who reads them
 */
public record Loss(String reason, long first, long last, List<String> pins) {
    /** Deleted to keep the log below its size limit. */
    public static final String MAX_SIZE = "max-size";

    /** Unreadable: wrong checksum or a damaged file. */
    public static final String DAMAGED = "damaged";
}
