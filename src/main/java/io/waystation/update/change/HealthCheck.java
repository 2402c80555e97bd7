package io.waystation.update.change;

/** Asks once whether a subsystem does its work. */
@FunctionalInterface
public interface HealthCheck {
    /** Asks; bounded in time, never throws for a subsystem that is not well. */
    Probe probe();

    /**
     * An answer.
     *
     * @param healthy whether it does
     * @param detail what was seen, for a person
     */
    record Probe(boolean healthy, String detail) { }

    /** Nothing is asked: only the process itself is watched. */
    HealthCheck NONE = () -> new Probe(true, "no health check");
}
