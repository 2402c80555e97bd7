package io.waystation.cli;

import java.io.PrintWriter;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.PropertyBindingException;
import org.slf4j.LoggerFactory;

import io.waystation.settings.InvalidSettingException;
import io.waystation.store.StartupException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what stopped a command into one line on standard error and an exit code. */
final class FailureReport implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(failure, command.getErr());
    }

    /** Says in one line what stopped a command. */
    static int report(Exception failure, PrintWriter err) {
        LoggerFactory.getLogger(FailureReport.class).debug("the command stopped", failure);
        Verdict verdict = of(failure);
        err.println("waystation: " + verdict.message());
        err.flush();
        return verdict.exitCode();
    }

    /** What to say, and the exit code. */
    record Verdict(int exitCode, String message) {
    }

    /** Judges a failure by the most telling exception among its causes. */
    static Verdict of(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !causes.contains(cause); cause = cause.getCause()) {
            causes.add(cause);
        }
        Optional<CommandFailure> command = first(causes, CommandFailure.class);
        if (command.isPresent()) {
            return new Verdict(command.get().exitCode(), oneLine(command.get()));
        }
        Optional<InvalidSettingException> setting = first(causes, InvalidSettingException.class);
        if (setting.isPresent()) {
            return new Verdict(ExitCode.USAGE, oneLine(setting.get()));
        }
        Optional<StartupException> startup = first(causes, StartupException.class);
        if (startup.isPresent()) {
            return new Verdict(ExitCode.CANNOT_START, oneLine(startup.get()));
        }
        Optional<Throwable> full = causes.stream().filter(FailureReport::saysDiskIsFull).findFirst();
        if (full.isPresent()) {
            return new Verdict(ExitCode.CANNOT_START, "a disk is full; make room and try again (" + oneLine(full.get()) + ")");
        }
        Optional<PropertyBindingException> binding = first(causes, PropertyBindingException.class);
        if (binding.isPresent()) {
            return new Verdict(ExitCode.USAGE, describe(binding.get()));
        }
        Optional<BindException> bind = first(causes, BindException.class);
        if (bind.isPresent()) {
            return new Verdict(ExitCode.CANNOT_START, oneLine(bind.get()));
        }
        String last = oneLine(causes.get(causes.size() - 1));
        return RouteProblem.describe(failure)
                .map(route -> new Verdict(ExitCode.CANNOT_START, first(causes, FailedToCreateRouteException.class).isPresent()
                        ? "the routes do not start: " + route
                        : "the routes do not parse: " + last)) // Camel names file, line and column
                .orElseGet(() -> new Verdict(ExitCode.FAILED, last));
    }

    private static boolean saysDiskIsFull(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("SQLITE_FULL") || message.contains("No space left on device");
    }

    private static String describe(PropertyBindingException binding) {
        String key = binding.getOptionKey() != null ? binding.getOptionKey() : String.valueOf(binding.getPropertyName());
        String prefix = binding.getOptionPrefix() == null ? "" : binding.getOptionPrefix();
        String name = key.startsWith(prefix) ? key : prefix + (prefix.endsWith(".") || prefix.isEmpty() ? "" : ".") + key;
        if (binding.getCause() != null) {
            return name + " cannot be set to '" + binding.getValue() + "': " + oneLine(binding.getCause());
        }
        return name + " is not a setting of Camel " + org.apache.camel.main.Main.class.getPackage().getImplementationVersion();
    }

    private static <T extends Throwable> Optional<T> first(List<Throwable> causes, Class<T> type) {
        return causes.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    private static String oneLine(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
