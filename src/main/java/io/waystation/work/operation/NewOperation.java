package io.waystation.work.operation;

import java.util.Map;
import java.util.UUID;

/**
 * What an operation is created with.
 *
 * @param id its id, such as {@link #newId()}
 * @param kind what is done, which also names its events
 * @param subject what it is done to, such as a subsystem, or null
 * @param project whose stream shows it, or null
 * @param attributes told with its first and its last event, such as a direction; texts, numbers, lists and maps
 */
public record NewOperation(String id, String kind, String subject, String project, Map<String, ?> attributes) {
    private static final int LONGEST = 512;

    /**
     * Checks what is given.
     *
     * @throws IllegalArgumentException when the id or the kind cannot be one, or something is longer than 512 characters
     */
    public NewOperation {
        new OperationKind(kind);
        if (id == null || id.isEmpty() || id.length() > LONGEST) {
            throw new IllegalArgumentException("an operation needs an id of 1 to " + LONGEST + " characters");
        }
        if (subject != null && subject.length() > LONGEST || project != null && project.length() > LONGEST) {
            throw new IllegalArgumentException("subject and project have at most " + LONGEST + " characters");
        }
        attributes = Map.copyOf(attributes);
    }

    /** One of a kind with a new id and nothing else to tell. */
    public static NewOperation of(String kind, String subject, String project) {
        return new NewOperation(newId(), kind, subject, project, Map.of());
    }

    /** A new id. */
    public static String newId() {
        return UUID.randomUUID().toString();
    }
}
