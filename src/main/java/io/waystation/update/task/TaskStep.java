package io.waystation.update.task;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.waystation.work.WorkLease;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of a route that runs a task: the binding of an {@code exec:task} endpoint.
 *
 * <p>What is run, where and with which variables is written in the route. Nothing of it is taken from headers or the body;
 * both stay as they were. Thread-safe once its route has started.
 */
public final class TaskStep implements ExecBinding, CamelContextAware {
    /** Exchange property with a {@code Consumer<String>} that gets the output line by line; without it the log does. */
    public static final String LOG_PROPERTY = "CamelWaystationTaskLog";
    /** Exchange property that holds the {@link TaskOutcome} afterwards. */
    public static final String OUTCOME_PROPERTY = "CamelWaystationTaskOutcome";

    private static final Logger OUTPUT = LoggerFactory.getLogger("io.waystation.update.output");
    private static final Pattern BETWEEN = Pattern.compile(",\\s*(?=(?:[A-Za-z_][A-Za-z0-9_]*|\\$\\{[^}=]*\\})=)");

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<Expression, Expression> values = new LinkedHashMap<>();
    private CamelContext context;
    private String task;
    private String subsystem;
    private Expression taskOf;
    private Expression subsystemOf;
    private Optional<Path> directory = Optional.empty();
    private boolean force;
    private boolean background;
    private boolean network = true;

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    /**
     * Name of the task, such as {@code nats:bin:build}, or an expression of Camel's simple language for it, such as
     * <code>${exchangeProperty.tasks}:bin:build</code>. What an expression turns out to be is checked in the same way.
     */
    public void setTask(String task) {
        this.task = isExpression(task) ? task : TaskText.task(task);
    }

    private static boolean isExpression(String text) {
        return text.contains("${");
    }

    /** Subsystem whose lane it runs in: lower-case words joined by dashes, or an expression for it. */
    public void setSubsystem(String subsystem) {
        this.subsystem = subsystem;
    }

    /**
     * Variables it sees, comma-separated, each as {@code NAME=value}; both may be expressions of Camel's simple
     * language. What a value turns out to be never makes another variable.
     */
    public void setEnvironment(String text) {
        environment.clear();
        for (String pair : text.isBlank() ? new String[0] : BETWEEN.split(text.strip())) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("environment holds NAME=value, comma-separated, not '" + pair + "'");
            }
            String name = pair.substring(0, equals);
            environment.put(isExpression(name) ? name : TaskText.variable(name), pair.substring(equals + 1));
        }
    }

    /** Folder with the Taskfile; empty for {@code waystation.update.project}. */
    public void setDirectory(String text) {
        directory = text.isBlank() ? Optional.empty() : Optional.of(Path.of(text).toAbsolutePath().normalize());
    }

    /** Whether it runs even where it says it is up to date. */
    public void setForce(boolean force) {
        this.force = force;
    }

    /** Whether processes it leaves behind may go on, because they are the service that was asked for. */
    public void setBackground(boolean background) {
        this.background = background;
    }

    /** Whether it may use the network. */
    public void setNetwork(boolean network) {
        this.network = network;
    }

    /** Reads the expressions; called when the route is made. */
    public void start() {
        if (task == null || subsystem == null) {
            throw new IllegalStateException("a task step needs a task and a subsystem");
        }
        taskOf = expression(task);
        subsystemOf = expression(subsystem);
        environment.forEach((name, text) -> values.put(expression(name), expression(text)));
    }

    private Expression expression(String text) {
        Expression expression = context.resolveLanguage("simple").createExpression(text);
        expression.init(context);
        return expression;
    }

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        Map<String, String> set = new LinkedHashMap<>();
        values.forEach((name, value) -> set.put(TaskText.variable(name.evaluate(exchange, String.class)),
                value.evaluate(exchange, String.class)));
        String name = TaskText.task(taskOf.evaluate(exchange, String.class));
        String lane = subsystemOf.evaluate(exchange, String.class);
        Optional<Duration> timeout = Optional.of(endpoint.getTimeout())
                .filter(millis -> millis != ExecEndpoint.NO_TIMEOUT).map(Duration::ofMillis);
        return new TaskCommand(endpoint.getExecutable(), new TaskCommand.Request(name, lane, directory, set, force, background, network,
                timeout, log(exchange, lane), WorkLease.of(exchange)));
    }

    @SuppressWarnings("unchecked")
    private static Consumer<String> log(Exchange exchange, String lane) {
        Consumer<String> log = exchange.getProperty(LOG_PROPERTY, Consumer.class);
        return log != null ? log : line -> OUTPUT.info("{}: {}", lane, line);
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        exchange.setProperty(OUTCOME_PROPERTY, ((TaskExecutor.Result) result).outcome());
    }
}
