package io.waystation.work;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.settings.Durations;
import io.waystation.event.RouteError;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;

/** Starts an exchange for every item of a queue, and records how each ended. */
final class WorkConsumer extends DefaultConsumer {
    private final WorkEndpoint endpoint;
    private final WorkQueues queues;
    private ExecutorService pool;
    private WorkRunner runner;

    WorkConsumer(WorkEndpoint endpoint, Processor processor, WorkQueues queues) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.queues = queues;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        QueueOptions options = endpoint.queueOptions();
        // not bounded here: no more items are claimed than may run, and those of asynchronous routes leave their thread
        ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
        pool = endpoint.getThreads() == 0 ? threads.newCachedThreadPool(this, "work-" + options.queue())
                : threads.newFixedThreadPool(this, "work-" + options.queue(), endpoint.getThreads());
        runner = queues.consume(options, pool, this::run);
    }

    @Override
    protected void doStop() throws Exception {
        if (runner != null) {
            queues.stop(runner);
        }
        if (pool != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdownNow(pool);
            pool = null;
        }
        super.doStop();
    }

    private void run(HeldLease lease, WorkRunner by) {
        Exchange exchange;
        try {
            exchange = createExchange(false);
        } catch (RuntimeException | Error e) {
            by.ended(lease, new AttemptEnd.Failed(e, getRouteId(), null));
            return;
        }
        AtomicBoolean open = new AtomicBoolean(true);
        lease.enter();
        try {
            fill(exchange, lease);
            lease.onStop(() -> exchange.setRouteStop(true)); // the next step of an asynchronous route does not begin
            getAsyncProcessor().process(exchange, doneSync -> {
                if (open.getAndSet(false)) {
                    ended(lease, exchange, by);
                }
            });
        } catch (Throwable e) { // also an error is the failure of this item
            if (open.get()) {
                RouteError.settle(exchange, e);
                if (open.getAndSet(false)) {
                    ended(lease, exchange, by);
                }
            } else {
                getExceptionHandler().handleException("A step failed after its work item had ended", exchange, e);
            }
        } finally {
            lease.leave();
        }
    }

    private static void fill(Exchange exchange, HeldLease lease) {
        WorkItem item = lease.item();
        Message message = exchange.getMessage();
        message.setBody(item.body());
        item.attributes().forEach(message::setHeader);
        message.setHeader(WorkHeaders.QUEUE, item.queue());
        message.setHeader(WorkHeaders.ID, item.id());
        message.setHeader(WorkHeaders.KEY, item.key());
        message.setHeader(WorkHeaders.ATTEMPT, item.attempt());
        if (item.operation() != null) {
            message.setHeader(WorkHeaders.OPERATION, item.operation());
        }
        exchange.setProperty(WorkItem.PROPERTY, item);
        exchange.setProperty(WorkLease.PROPERTY, lease);
        exchange.setProperty(GroupTransaction.PROPERTY, lease);
    }

    private void ended(HeldLease lease, Exchange exchange, WorkRunner by) {
        AttemptEnd end;
        try {
            end = end(lease, exchange, by);
        } catch (RuntimeException e) { // such as a header that is no duration
            end = new AttemptEnd.Failed(e, getRouteId(), null);
        }
        releaseExchange(exchange, false);
        by.ended(lease, end);
    }

    private AttemptEnd end(HeldLease lease, Exchange exchange, WorkRunner by) {
        DeferException deferred = exchange.getException(DeferException.class);
        if (deferred != null) {
            return new AttemptEnd.Deferred(deferred.until(Instant.now()), deferred.getMessage(), deferred.scope());
        }
        CancelledException cancelled = exchange.getException(CancelledException.class);
        if (cancelled != null) {
            return new AttemptEnd.Stopped(WorkOutcome.State.CANCELLED, cancelled.getMessage());
        }
        Throwable error = error(exchange);
        String stop = lease.stopReason().orElse(null);
        if (stop != null && (error != null || exchange.isRouteStop())) {
            return by.isStopping() ? new AttemptEnd.Released(stop)
                    : new AttemptEnd.Failed(new IllegalStateException(stop, error), routeId(exchange), null);
        }
        if (error != null) {
            return by.isStopping() ? new AttemptEnd.Released("its route was stopped while it ran")
                    : new AttemptEnd.Failed(error, routeId(exchange), retry(exchange, error));
        }
        String until = exchange.getMessage().getHeader(WorkHeaders.DEFER_UNTIL, String.class);
        if (until != null) {
            String reason = exchange.getMessage().getHeader(WorkHeaders.DEFER_REASON, "the route deferred it", String.class);
            return new AttemptEnd.Deferred(instant(until), reason, DeferException.Scope.ITEM);
        }
        return new AttemptEnd.Succeeded(exchange.getMessage().getHeader(WorkHeaders.RESULT, String.class));
    }

    /** What the route says of the next attempt; checked here, because nothing may fail once the end is being recorded. */
    private static String retry(Exchange exchange, Throwable error) {
        String retry = exchange.getMessage().getHeader(WorkHeaders.RETRY, String.class);
        try {
            RetrySchedule.parse(retry);
            return retry;
        } catch (IllegalArgumentException e) {
            error.addSuppressed(e);
            throw new IllegalArgumentException("the route failed (" + error.getMessage() + ") and its header "
                    + WorkHeaders.RETRY + " cannot be used: " + e.getMessage(), error);
        }
    }

    private static Throwable error(Exchange exchange) {
        Throwable error = exchange.getException();
        return error == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())
                ? new IllegalStateException("the route marked the exchange for rollback") : error;
    }

    private static String routeId(Exchange exchange) {
        String routeId = exchange.getProperty(ExchangePropertyKey.FAILURE_ROUTE_ID, String.class);
        return routeId == null ? exchange.getFromRouteId() : routeId;
    }

    /** An RFC 3339 instant, or how long from now. */
    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException notAnInstant) {
            return Instant.now().plus(Durations.parse(text));
        }
    }
}
