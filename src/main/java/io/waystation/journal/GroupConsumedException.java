package io.waystation.journal;

/** A group cannot be forgotten, because a route of this hub consumes it. */
public final class GroupConsumedException extends RuntimeException {
    /** Stable code of the reason. */
    public static final String CODE = "group-consumed";

    private static final long serialVersionUID = 1L;

    GroupConsumedException(String group) {
        super("A route of this hub consumes the group '" + group + "'; remove or stop that route first");
    }
}
