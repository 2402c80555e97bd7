package io.waystation.update.release;

import java.time.Duration;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * Who may have a release now.
 *
 * @param admits percent of machines that may have it, 0 to 100
 * @param jitter a machine waits at random up to this long before it acts
 * @param halted whether nobody begins it any more; who has it keeps it
 * @param reason why it is halted or was opened, for a person; may be null
 */
@JsonPropertyOrder({"admits", "jitter", "halted", "reason"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rollout(int admits, Duration jitter, boolean halted, String reason) {
    private static final int ALL = 100;
    private static final int LONGEST_REASON = 500;
    private static final Duration LONGEST_JITTER = Duration.ofDays(7);

    /** Everybody at once. Made after the limits it is checked by. */
    public static final Rollout EVERYBODY = new Rollout(ALL, Duration.ZERO, false, null);

    /** Checks every part. */
    public Rollout {
        Field.require(admits >= 0 && admits <= ALL, "admits", admits);
        Field.require(!Field.present("jitter", jitter).isNegative() && jitter.compareTo(LONGEST_JITTER) <= 0, "jitter", jitter);
        Field.require(reason == null || reason.length() <= LONGEST_REASON, "reason", reason);
    }

    /** Whether the machine at this place, 0 to 99, may have it. */
    public boolean admits(int place) {
        return place < admits;
    }
}
