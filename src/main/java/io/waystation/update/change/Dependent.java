package io.waystation.update.change;

import java.util.Objects;

/**
 * A process that is reloaded after that of a subsystem it depends on.
 *
 * @param place where its binary lives, and its process, which it has
 * @param gate when it counts as healthy
 */
public record Dependent(Installation place, HealthGate gate) {
    /** Checks that there is a process. */
    public Dependent {
        Objects.requireNonNull(place.process(), "a dependent has a process");
    }

    String process() {
        return place.process();
    }
}
