package io.waystation.update.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A change that has begun and not ended.
 *
 * @param step how far it has come
 * @param target the version, and its digest once it is staged
 * @param size bytes of the new binary; 0 before it is staged
 * @param by who or what wanted it: an operation or a person
 * @param since when it began
 * @param swappedAt when the binary became the new one; null before
 * @param reloaded whether the process may have been touched
 * @param reason why it is being rolled back or is stuck; else null
 * @param dependents processes after its own that may have been reloaded because of it, in this order
 */
public record ChangeState(ChangeStep step, Artefact target, long size, String by, Instant since, Instant swappedAt,
        boolean reloaded, String reason, List<String> dependents) {
    /** Copies the list; there was none before dependents were reloaded. */
    public ChangeState {
        dependents = dependents == null ? List.of() : List.copyOf(dependents);
    }

    static ChangeState begun(Artefact target, String by, Instant now) {
        return new ChangeState(ChangeStep.BUILDING, target, 0, by, now, null, false, null, List.of());
    }

    ChangeState at(ChangeStep next) {
        return new ChangeState(next, target, size, by, since, swappedAt, reloaded || next == ChangeStep.RELOADING, reason, dependents);
    }

    ChangeState staged(String digest, long bytes) {
        return new ChangeState(ChangeStep.STAGED, target.as(digest), bytes, by, since, null, false, null, List.of());
    }

    ChangeState swapped(Instant now) {
        return new ChangeState(ChangeStep.SWAPPED, target, size, by, since, now, reloaded, reason, dependents);
    }

    ChangeState because(ChangeStep next, String why) {
        return new ChangeState(next, target, size, by, since, swappedAt, reloaded, why, dependents);
    }

    ChangeState reloading(String dependent) {
        if (dependents.contains(dependent)) {
            return this;
        }
        List<String> more = new ArrayList<>(dependents);
        more.add(dependent);
        return new ChangeState(step, target, size, by, since, swappedAt, reloaded, reason, more);
    }
}
