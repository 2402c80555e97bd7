package io.waystation.journal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/**
 * Appends the event of an exchange; the exchange goes on after the event is on disk.
 *
 * <p>It goes on where {@link EventHeaders#RESUME_EXECUTOR_PROPERTY} says, never on the log's writer thread.
 */
final class JournalProducer extends DefaultAsyncProducer {
    private static final Duration WHEN_FULL = Duration.ofSeconds(1);

    private final Journal journal;
    private final DeadLetters deadLetters;
    private ExecutorService completions;

    JournalProducer(JournalEndpoint endpoint, Journal journal, DeadLetters deadLetters) {
        super(endpoint);
        this.journal = journal;
        this.deadLetters = deadLetters;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        ExecutorServiceManager executors = getEndpoint().getCamelContext().getExecutorServiceManager();
        int threads = executors.getDefaultThreadPoolProfile().getMaxPoolSize(); // all of them before anything waits for a slow step
        completions = executors.newThreadPool(this, "journal-appended", new ThreadPoolProfileBuilder("journal-appended")
                .poolSize(threads).maxPoolSize(threads).allowCoreThreadTimeOut(true).rejectedPolicy(ThreadPoolRejectedPolicy.Abort).build());
    }

    @Override
    protected void doStop() throws Exception {
        if (completions != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(completions);
        }
        super.doStop();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Event event = event(exchange);
        if (event == null) {
            exchange.setException(new IllegalArgumentException(
                    "nothing to append: neither the body nor the property " + EventHeaders.EVENT_PROPERTY + " is an Event"));
            callback.done(true);
            return true;
        }
        Executor loop = exchange.getProperty(EventHeaders.RESUME_EXECUTOR_PROPERTY, Executor.class);
        Executor resumeOn = loop == null ? completions : loop;
        journal.append(event, resumeOn).whenComplete((appended, failure) -> {
            if (failure != null) {
                exchange.setException(failure);
                callback.done(false);
            } else {
                appended(exchange, appended, callback, resumeOn);
            }
        });
        return false;
    }

    private static Event event(Exchange exchange) {
        return exchange.getMessage().getBody() instanceof Event body
                ? body
                : exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
    }

    private void appended(Exchange exchange, Appended appended, AsyncCallback callback, Executor resumeOn) {
        exchange.getMessage().setHeader(EventHeaders.POSITION, appended.position());
        exchange.getMessage().setHeader(EventHeaders.DUPLICATE, appended.duplicate());
        if (!appended.duplicate() || deadLetters == null) {
            callback.done(false);
            return;
        }
        long offset = appended.position().offset();
        try { // it reads; an event loop must not wait for that
            CompletableFuture.supplyAsync(() -> deadLetters.requeueEvent(offset), completions).thenCompose(Function.identity())
                    .whenComplete((done, failure) -> Completions.post(resumeOn, () -> requeued(exchange, failure, callback)));
        } catch (RejectedExecutionException full) {
            requeued(exchange, new JournalFullException(JournalFullException.QUEUE_FULL, WHEN_FULL, full), callback);
        }
    }

    private static void requeued(Exchange exchange, Throwable failure, AsyncCallback callback) {
        if (failure != null) { // not acknowledged, so the sender delivers it again
            exchange.setException(failure instanceof CompletionException ? failure.getCause() : failure);
        }
        callback.done(false);
    }
}
