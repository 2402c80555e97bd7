package io.waystation.update.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What the machines that a release is open to have said.
 *
 * @param good have it and are well
 * @param failed rolled it back, or could not install it
 * @param silent have said nothing in the time they had
 * @param waiting still have time
 */
public record RingCount(int good, int failed, int silent, int waiting) {
    /**
     * A machine that the release is open to.
     *
     * @param said what it said about this version, or null
     * @param saidAt when that came, or null
     * @param admitted when the release was opened to it
     */
    record Member(ReportState said, Instant saidAt, Instant admitted) { }

    /**
     * Counts.
     *
     * @param forgiven failures before this time do not count any more, because a person resumed the rollout; may be null
     */
    static RingCount of(List<Member> members, Duration silence, Instant forgiven, Instant now) {
        int good = 0;
        int failed = 0;
        int silent = 0;
        int waiting = 0;
        for (Member member : members) {
            if (member.said() == null) {
                Instant since = forgiven == null || forgiven.isBefore(member.admitted()) ? member.admitted() : forgiven;
                if (now.isBefore(since.plus(silence))) {
                    waiting++;
                } else {
                    silent++;
                }
            } else if (member.said().isGood()) {
                good++;
            } else if (forgiven == null || !member.saidAt().isBefore(forgiven)) {
                failed++;
            }
        }
        return new RingCount(good, failed, silent, waiting);
    }

    /** All that count. */
    public int all() {
        return good + failed + silent + waiting;
    }

    /** Those that count against it. */
    public int bad() {
        return failed + silent;
    }

    /** For a person. */
    public String text() {
        return good + " of " + all() + " machines have it, " + failed + " failed, " + silent + " are silent, " + waiting + " have time left";
    }
}
