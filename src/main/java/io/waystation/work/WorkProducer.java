package io.waystation.work;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.store.GroupTransaction;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.commons.codec.digest.DigestUtils;

/** Adds the body of an exchange to a queue; the exchange goes on once that is on disk, or is to be on disk with its end. */
final class WorkProducer extends DefaultAsyncProducer {
    private final WorkEndpoint endpoint;
    private final WorkQueues queues;
    private final KeptHeaders kept;
    private Text key;
    private Text id;
    private Text cause;
    private Text retry;
    private Text operation;
    private Text subject;
    private Text project;
    private ExecutorService completions;

    WorkProducer(WorkEndpoint endpoint, WorkQueues queues) {
        super(endpoint);
        this.endpoint = endpoint;
        this.queues = queues;
        this.kept = KeptHeaders.of(endpoint.getHeaders());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        key = text(endpoint.getKey());
        id = text(endpoint.getId());
        cause = text(endpoint.getCause());
        retry = text(endpoint.getRetry());
        operation = text(endpoint.getOperation());
        subject = text(endpoint.getSubject());
        project = text(endpoint.getProject());
        completions = getEndpoint().getCamelContext().getExecutorServiceManager()
                .newThreadPool(this, "work-added", 1, Runtime.getRuntime().availableProcessors());
    }

    @Override
    protected void doStop() throws Exception {
        if (completions != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(completions);
        }
        super.doStop();
    }

    /** A constant, or a Simple expression when it looks like one. */
    private Text text(String option) {
        if (option == null || !option.contains("${")) {
            return exchange -> option;
        }
        Expression expression = getEndpoint().getCamelContext().resolveLanguage("simple").createExpression(option);
        expression.init(getEndpoint().getCamelContext());
        return exchange -> expression.evaluate(exchange, String.class);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        WorkAddition addition;
        try {
            addition = addition(exchange);
            Optional<GroupTransaction> transaction = GroupTransaction.of(exchange);
            if (endpoint.isJoin() && addition.operation() == null && transaction.isPresent()) {
                queues.add(transaction.get(), addition);
                callback.done(true);
                return true;
            }
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        Executor loop = exchange.getProperty(EventHeaders.RESUME_EXECUTOR_PROPERTY, Executor.class);
        queues.add(addition).whenCompleteAsync((added, failure) -> {
            if (failure != null) {
                exchange.setException(failure instanceof CompletionException ? failure.getCause() : failure);
            } else {
                added(exchange.getMessage(), added);
            }
            callback.done(false);
        }, loop == null ? completions : loop);
        return false;
    }

    private static void added(Message message, Added added) {
        message.setHeader(WorkHeaders.ADDED, added.result().name().toLowerCase(Locale.ROOT));
        message.setHeader(WorkHeaders.ADDED_ID, added.id());
        if (added.operation() != null) {
            message.setHeader(WorkHeaders.OPERATION, added.operation());
        }
    }

    private WorkAddition addition(Exchange exchange) {
        Message message = exchange.getMessage();
        String eventId = message.getHeader(EventHeaders.ID, String.class);
        String named = id.of(exchange);
        String itemKey = orElse(key.of(exchange), message.getHeader(EventHeaders.KEY, String.class));
        String itemId = named != null ? named : defaultId(exchange, eventId, itemKey);
        String kind = operation.of(exchange);
        Map<String, String> attributes = kept.of(message);
        if (kind != null) {
            attributes.put(WorkItem.OPERATION_KIND, kind);
            put(attributes, WorkItem.OPERATION_SUBJECT, subject.of(exchange));
            put(attributes, WorkItem.OPERATION_PROJECT, project.of(exchange));
            put(attributes, WorkItem.OPERATION_DATA, message.getHeader(WorkItem.OPERATION_DATA, String.class));
        }
        return new WorkAddition(endpoint.getQueue(), itemId, itemKey == null ? itemId : itemKey, body(exchange), attributes,
                orElse(cause.of(exchange), eventId), retry.of(exchange), kind == null ? null : UUID.randomUUID().toString(),
                terms(message));
    }

    /** The same for the same event or item, route and key, so that repeating an exchange adds nothing twice. */
    private static String defaultId(Exchange exchange, String eventId, String key) {
        WorkItem parent = WorkItem.of(exchange);
        String origin = parent != null ? parent.queue() + "/" + parent.id() : eventId != null ? eventId : exchange.getExchangeId();
        String whole = origin + "/" + exchange.getFromRouteId() + (key == null ? "" : "/" + key);
        return whole.length() <= WorkAddition.LONGEST ? whole : DigestUtils.sha256Hex(whole);
    }

    private static void put(Map<String, String> attributes, String name, String value) {
        if (value != null) {
            attributes.put(name, value);
        }
    }

    private static String orElse(String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }

    private WorkAddition.Terms terms(Message message) {
        Duration delay = message.getHeader(WorkHeaders.DELAY, Duration.ofMillis(endpoint.getDelay()), Duration.class);
        int priority = message.getHeader(WorkHeaders.PRIORITY, endpoint.getPriority(), Integer.class);
        return new WorkAddition.Terms(delay, Duration.ofMillis(endpoint.getQuiet()), Duration.ofMillis(endpoint.getMaxWait()),
                priority, endpoint.getCoalesce(), endpoint.getSupersede(), endpoint.isWake());
    }

    private static byte[] body(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return new byte[0];
        }
        if (body instanceof Event event) {
            return event.body();
        }
        if (body instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = exchange.getMessage().getBody(byte[].class);
        if (bytes == null) {
            throw new IllegalArgumentException("the body of a work item must be bytes or text, not " + body.getClass().getName());
        }
        return bytes;
    }

    /** A text made from an exchange. */
    @FunctionalInterface
    private interface Text {
        String of(Exchange exchange);
    }
}
