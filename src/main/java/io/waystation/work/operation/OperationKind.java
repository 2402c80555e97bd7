package io.waystation.work.operation;

import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names of the events that operations of one kind send. Those not set are made of the kind: kind {@code update} sends
 * {@code update_started}, {@code update_progress}, {@code update_held}, {@code update_completed}, {@code update_failed} and
 * {@code update_cancelled}, the last one also for an operation that was superseded.
 *
 * <p>A bean of this type in the registry, made by a room or in the {@code beans:} of a route file, changes the names of its
 * kind. Its properties are set before it is used first, and never after.
 */
public final class OperationKind {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    private String name;
    private String started;
    private String progress;
    private String held;
    private final Map<OperationState, String> ends = new EnumMap<>(OperationState.class);

    /** A kind that gets its name as a property. */
    public OperationKind() {
    }

    /**
     * A kind with the usual names.
     *
     * @throws IllegalArgumentException when it is not lower-case letters, digits, {@code _} and {@code -}, at most 64
     */
    public OperationKind(String name) {
        setName(name);
    }

    /** As {@link #OperationKind(String)}. */
    public void setName(String name) {
        this.name = checked(name);
    }

    /** Name of the kind. */
    public String getName() {
        return name;
    }

    /** Event that tells of a new operation. */
    public void setStarted(String event) {
        started = checked(event);
    }

    /** Event that tells how far it is. */
    public void setProgress(String event) {
        progress = checked(event);
    }

    /** Event that tells that it is held. */
    public void setHeld(String event) {
        held = checked(event);
    }

    /** Event of an end in success. */
    public void setCompleted(String event) {
        ends.put(OperationState.SUCCEEDED, checked(event));
    }

    /** Event of a failure. */
    public void setFailed(String event) {
        ends.put(OperationState.FAILED, checked(event));
    }

    /** Event of a cancelled operation. */
    public void setCancelled(String event) {
        ends.put(OperationState.CANCELLED, checked(event));
    }

    /** Event of an operation that a newer one replaced; the one of a cancelled operation when it is not set. */
    public void setSuperseded(String event) {
        ends.put(OperationState.SUPERSEDED, checked(event));
    }

    String started() {
        return started == null ? event("started") : started;
    }

    String progress() {
        return progress == null ? event("progress") : progress;
    }

    String held() {
        return held == null ? event("held") : held;
    }

    String end(OperationState state) {
        String given = ends.get(state);
        if (given != null) {
            return given;
        }
        return switch (state) {
            case SUCCEEDED -> event("completed");
            case FAILED -> event("failed");
            case CANCELLED -> event("cancelled");
            case SUPERSEDED -> end(OperationState.CANCELLED);
            default -> throw new IllegalArgumentException(state + " is no end");
        };
    }

    /** An event of the kind's own, such as {@code rolled_back}. */
    String event(String suffix) {
        return name.replace('-', '_') + "_" + checked(suffix).replace('-', '_');
    }

    private static String checked(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' must be lower-case letters, digits, _ and -, at most 64");
        }
        return name;
    }
}
