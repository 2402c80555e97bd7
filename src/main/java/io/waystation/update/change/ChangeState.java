package io.waystation.update.change;

import java.time.Instant;

/**
 * A change that has begun and not ended.
 *
 * @param step how far it has come
 * @param tag version by name, or null
 * @param commit full commit id, or null
 * @param sha256 digest of the new binary; null while it is built
 * @param size bytes of the new binary; 0 while it is built
 * @param by who or what wanted it: an operation or a person
 * @param since when it began
 * @param swappedAt when the binary became the new one; null before
 * @param reloaded whether the process may have been touched
 * @param reason why it is being rolled back or is stuck; else null
 */
public record ChangeState(ChangeStep step, String tag, String commit, String sha256, long size, String by, Instant since,
        Instant swappedAt, boolean reloaded, String reason) {
    /** The version this change leads to. */
    public Artefact target() {
        return new Artefact(tag, commit, sha256);
    }

    ChangeState at(ChangeStep next) {
        return new ChangeState(next, tag, commit, sha256, size, by, since, swappedAt,
                reloaded || next == ChangeStep.RELOADING, reason);
    }

    ChangeState staged(String digest, long bytes) {
        return new ChangeState(ChangeStep.STAGED, tag, commit, digest, bytes, by, since, null, false, null);
    }

    ChangeState swapped(Instant now) {
        return new ChangeState(ChangeStep.SWAPPED, tag, commit, sha256, size, by, since, now, reloaded, reason);
    }

    ChangeState because(ChangeStep next, String why) {
        return new ChangeState(next, tag, commit, sha256, size, by, since, swappedAt, reloaded, why);
    }
}
