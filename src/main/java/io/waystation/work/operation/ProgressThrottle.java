package io.waystation.work.operation;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Decides which progress of one attempt is told at once: all but what is under 5 points and under 1 s after what was
 * told last. What is held back is told when that second is over, or before anything else is told, so the last value is
 * never lost. Percentages never fall.
 *
 * <p>Not thread-safe. Times are readings of one clock of nanoseconds.
 */
final class ProgressThrottle {
    static final int POINTS = 5;
    static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private Progress told;
    private Progress waiting;
    private long toldAt;
    private int highest;

    /** @param percent how far the operation was before */
    ProgressThrottle(int percent) {
        this.highest = percent;
    }

    /** Takes progress; answers what is to be told now. */
    Optional<Progress> offer(Progress progress, long now) {
        Progress next = new Progress(Math.max(progress.percent(), highest), progress.step(), progress.message());
        next = waiting == null ? next : next.after(waiting);
        highest = next.percent();
        if (told == null || next.percent() - told.percent() >= POINTS || now - toldAt >= INTERVAL) {
            return Optional.of(tell(next, now));
        }
        waiting = next;
        return Optional.empty();
    }

    /** When what waits is to be told, if something waits. */
    OptionalLong dueAt() {
        return waiting == null ? OptionalLong.empty() : OptionalLong.of(toldAt + INTERVAL);
    }

    /** What waited long enough. */
    Optional<Progress> due(long now) {
        return waiting != null && now - toldAt >= INTERVAL ? Optional.of(tell(waiting, now)) : Optional.empty();
    }

    /** What waits, however long. */
    Optional<Progress> flush(long now) {
        return Optional.ofNullable(waiting).map(progress -> tell(progress, now));
    }

    /** Takes back what could not be told; it is told within a second unless newer progress comes. */
    void notTold(Progress progress) {
        waiting = waiting == null ? progress : waiting.after(progress);
    }

    private Progress tell(Progress progress, long now) {
        told = progress;
        toldAt = now;
        waiting = null;
        return progress;
    }
}
