package io.waystation.work.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which events a stream shows.
 *
 * @param operation only of this operation, or null
 * @param project only of this project, or null
 * @param anyProject whether only those of some project
 * @param kinds only of these kinds, or empty
 * @param subjects only about these subjects, or empty
 */
record StreamFilter(String operation, String project, boolean anyProject, Set<String> kinds, Set<String> subjects) {
    /** Most kinds, and most subjects, of one filter. */
    static final int MOST = 50;

    StreamFilter {
        kinds = Set.copyOf(kinds);
        subjects = Set.copyOf(subjects);
    }

    boolean shows(OperationEvent event) {
        return (operation == null || operation.equals(event.operation()))
                && (project == null || project.equals(event.project()))
                && (!anyProject || event.project() != null)
                && (kinds.isEmpty() || kinds.contains(event.kind()))
                && (subjects.isEmpty() || event.subject() != null && subjects.contains(event.subject()));
    }

    /** The same in SQL; adds what it binds. */
    String condition(Map<String, Object> values) {
        StringBuilder sql = new StringBuilder();
        if (operation != null) {
            sql.append(" AND operation = :operation");
            values.put("operation", operation);
        }
        if (project != null) {
            sql.append(" AND project = :project");
            values.put("project", project);
        }
        if (anyProject) {
            sql.append(" AND project IS NOT NULL");
        }
        among(sql, values, "kind", kinds);
        among(sql, values, "subject", subjects);
        return sql.toString();
    }

    private static void among(StringBuilder sql, Map<String, Object> values, String column, Set<String> wanted) {
        if (!wanted.isEmpty()) {
            List<String> names = new ArrayList<>();
            for (String value : wanted) {
                String name = column + names.size();
                names.add(":" + name);
                values.put(name, value);
            }
            sql.append(" AND ").append(column).append(names.stream().collect(Collectors.joining(", ", " IN (", ")")));
        }
    }
}
