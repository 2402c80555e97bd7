package io.waystation.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.dsl.yaml.common.exception.YamlDeserializationException;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Says on one line what is wrong with a route: file, line and reason. */
final class RouteProblem {
    private static final Pattern LINE = Pattern.compile("line[: ]+(\\d+)");

    private RouteProblem() {
    }

    /** The file, line and reason of a failure, when it is about a route. */
    static Optional<String> describe(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException yaml) {
                return Optional.of(yaml.getProblemMark().map(mark -> "line " + (mark.getLine() + 1) + ", column "
                        + (mark.getColumn() + 1) + ": ").orElse("") + yaml.getProblem());
            }
            if (cause instanceof YamlDeserializationException yaml) {
                Matcher line = LINE.matcher(String.valueOf(yaml.getMessage()));
                return Optional.of((line.find() ? "line " + line.group(1) + ": " : "") + firstLine(yaml));
            }
            if (cause instanceof FailedToCreateRouteException route) {
                return Optional.of("route " + route.getRouteId() + ": " + firstLine(last(route)));
            }
        }
        return Optional.empty();
    }

    private static Throwable last(Throwable failure) {
        return failure.getCause() == null ? failure : last(failure.getCause());
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.getClass().getSimpleName()).strip();
    }
}
