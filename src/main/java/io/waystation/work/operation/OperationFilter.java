package io.waystation.work.operation;

import java.util.Set;

/**
 * Which operations to list; null or empty for all.
 *
 * @param kind of this kind
 * @param subject about this subject
 * @param project of this project
 * @param states in one of these states
 * @param before created before the one with this id
 * @param limit at most so many
 */
public record OperationFilter(String kind, String subject, String project, Set<OperationState> states, String before,
        int limit) {
}
