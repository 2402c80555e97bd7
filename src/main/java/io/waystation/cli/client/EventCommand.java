package io.waystation.cli.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.event.Event;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecException;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the configured command for an event, under Camel's {@code exec:} as its binding and executor.
 *
 * <p>Only settings say what is run: headers that steer {@code exec:} are not looked at. The payload reaches
 * the command as a file, and on standard input when asked for, never as an argument. Thread-safe.
 */
public final class EventCommand implements ExecBinding, ExecCommandExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(EventCommand.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SUCCESS = 0;
    private static final int KILLED = -1;

    private final List<String> words;
    private final boolean payloadOnStandardInput;
    private final List<String> passedEnvironment;
    private final ProcessRun processes;

    /**
     * A command.
     *
     * @param words command and arguments; empty to run nothing
     * @param passedEnvironment names of environment variables it may see beyond the usual ones
     * @param timeout limit of one run
     */
    public EventCommand(List<String> words, boolean payloadOnStandardInput, List<String> passedEnvironment, Duration timeout) {
        this.words = List.copyOf(words);
        this.payloadOnStandardInput = payloadOnStandardInput;
        this.passedEnvironment = List.copyOf(passedEnvironment);
        this.processes = new ProcessRun(timeout);
    }

    /** Whether there is a command. */
    public boolean isSet() {
        return !words.isEmpty();
    }

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        if (words.isEmpty()) {
            throw new IllegalStateException("no command is set; set waystation.client.exec");
        }
        return new ForEvent(words, ClientEvent.of(exchange), payloadOnStandardInput);
    }

    @Override
    public ExecResult execute(ExecCommand command) throws ExecException, IOException {
        ForEvent forEvent = (ForEvent) command;
        Path folder = Files.createTempDirectory("waystation-event-"); // mode 0700
        try {
            Path payload = Files.write(folder.resolve("payload"), forEvent.event.body());
            Path headers = Files.write(folder.resolve("headers.json"),
                    JSON.writeValueAsBytes(forEvent.event.headers().toMap()));
            Map<String, String> environment = EventEnvironment.of(
                    forEvent.event, payload, headers, System.getenv(), passedEnvironment);
            ProcessRun.Outcome outcome =
                    processes.run(words, environment, payloadOnStandardInput ? payload : null);
            if (outcome.timedOut()) {
                throw new ExecException("the command took too long and was killed", null, null, outcome.exitValue());
            }
            if (outcome.exitValue() != SUCCESS) {
                throw new ExecException("the command ended with exit code " + outcome.exitValue() + outcome.lastLine(),
                        null, null, outcome.exitValue());
            }
            return new ExecResult(command, new ByteArrayInputStream(outcome.output().getBytes(StandardCharsets.UTF_8)), null, SUCCESS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new ExecException("the client stops; the command was killed", null, null, KILLED, stopped);
        } finally {
            delete(folder);
        }
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        exchange.getMessage().setHeader(EXEC_EXIT_VALUE, result.getExitValue());
    }

    /** The command may have left anything there, or nothing; either way it is done. */
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException inTheWay) {
            LOG.warn("cannot delete all of {}: {}", folder, inTheWay.toString());
        }
    }

    /** The command of one event. */
    private static final class ForEvent extends ExecCommand {
        private static final long serialVersionUID = 1L;

        private final transient Event event;

        private ForEvent(List<String> words, Event event, boolean payloadOnStandardInput) {
            super(words.get(0), words.subList(1, words.size()), null, Long.MAX_VALUE, Set.of(),
                    payloadOnStandardInput ? InputStream.nullInputStream() : null, null, false, LoggingLevel.DEBUG);
            this.event = event;
        }
    }
}
