package io.waystation.journal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.event.RouteError;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Starts an exchange for every record of a group, and tells the group how each ended. */
final class JournalGroupConsumer extends DefaultConsumer {
    private final JournalEndpoint endpoint;
    private final Groups groups;
    private ExecutorService executor;
    private Group group;

    JournalGroupConsumer(JournalEndpoint endpoint, Processor processor, Groups groups) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.groups = groups;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        GroupOptions options = endpoint.groupOptions();
        executor = endpoint.getCamelContext().getExecutorServiceManager()
                .newFixedThreadPool(this, "journal-group-" + options.name(), options.concurrency());
        group = groups.start(options, executor, this::process);
    }

    @Override
    protected void doStop() throws Exception {
        if (group != null) {
            groups.stop(group);
            group = null;
        }
        if (executor != null) {
            endpoint.getCamelContext().getExecutorServiceManager().shutdownGraceful(executor);
            executor = null;
        }
        super.doStop();
    }

    private void process(GroupRecord record, Group by) {
        Exchange exchange;
        try {
            exchange = createExchange(false);
        } catch (RuntimeException | Error e) {
            record.fail(new GroupRecord.Failure(e, getRouteId(), 1));
            by.ended(record);
            return;
        }
        AtomicBoolean open = new AtomicBoolean(true);
        try {
            if (record.batch() == null) {
                JournalHeaders.fill(exchange.getMessage(), record.event());
            } else {
                exchange.getMessage().setBody(record.batch());
            }
            exchange.setProperty(GroupTransaction.PROPERTY, record);
            getAsyncProcessor().process(exchange, doneSync -> {
                if (open.getAndSet(false)) {
                    ended(record, exchange, by);
                }
            });
        } catch (Throwable e) { // also an error is the failure of this record
            if (open.get()) {
                RouteError.settle(exchange, e);
                if (open.getAndSet(false)) {
                    ended(record, exchange, by);
                }
            } else {
                getExceptionHandler().handleException("A step failed after its event had been processed", exchange, e);
            }
        }
    }

    private void ended(GroupRecord record, Exchange exchange, Group by) {
        Throwable error = exchange.getException();
        if (error == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            error = new IllegalStateException("the route marked the exchange for rollback");
        }
        if (error == null) {
            record.succeed();
        } else {
            String routeId = exchange.getProperty(ExchangePropertyKey.FAILURE_ROUTE_ID, String.class);
            int redeliveries = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
            record.fail(new GroupRecord.Failure(
                    error, routeId == null ? exchange.getFromRouteId() : routeId, 1 + redeliveries));
        }
        releaseExchange(exchange, false);
        by.ended(record);
    }
}
