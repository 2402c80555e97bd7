package io.waystation.journal;

import java.util.List;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Follows the log from its tail and keeps no position.
 *
 * <p>One thread, one exchange at a time. Batches cover continuous ranges: each starts behind the offset
 * where the one before it ended.
 */
final class JournalTailConsumer extends DefaultConsumer {
    private static final long BATCH_BYTES = 8L << 20;
    private static final long STOP_MILLIS = 15_000;
    private static final long PAUSE_MILLIS = 1_000;

    private final JournalEndpoint endpoint;
    private final Journal journal;
    private final EventFilter filter;
    private final Object lock = new Object();
    private Thread reader;
    private AutoCloseable commitListener;
    private boolean stopping;
    private boolean idle;

    JournalTailConsumer(JournalEndpoint endpoint, Processor processor, Journal journal) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.journal = journal;
        this.filter = endpoint.filter();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        long start = journal.followersStart();
        stopping = false;
        commitListener = journal.onCommit(offset -> wake());
        reader = new Thread(() -> follow(start), "journal-tail");
        reader.setDaemon(true);
        reader.start();
    }

    @Override
    protected void doStop() throws Exception {
        synchronized (lock) {
            stopping = true;
            lock.notifyAll();
        }
        if (commitListener != null) {
            commitListener.close();
        }
        if (reader != null && reader != Thread.currentThread()) {
            reader.join(STOP_MILLIS);
        }
        super.doStop();
    }

    private void wake() {
        synchronized (lock) {
            if (idle) {
                lock.notifyAll();
            }
        }
    }

    private void follow(long start) {
        long after = start;
        tellStart(start);
        while (awaitBeyond(after)) {
            try {
                EventBatch batch = journal.read(after, filter, endpoint.getMaxEvents(), BATCH_BYTES);
                handOver(batch);
                after = batch.last();
            } catch (Throwable e) { // an error must not silence the route either
                getExceptionHandler().handleException("Could not hand over the events after offset " + after, e);
                pause();
            }
        }
    }

    private boolean awaitBeyond(long after) {
        synchronized (lock) {
            idle = true;
            try {
                while (!stopping && journal.tail().offset() <= after) {
                    lock.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                idle = false;
            }
            return !stopping;
        }
    }

    private void pause() {
        synchronized (lock) {
            try {
                if (!stopping) {
                    lock.wait(PAUSE_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void handOver(EventBatch batch) throws Exception {
        if (endpoint.isBatch()) {
            if (batch.last() > batch.after()) {
                handOverWhole(batch);
            }
            return;
        }
        for (PositionedEvent event : batch.events()) {
            Exchange exchange = createExchange(false);
            JournalHeaders.fill(exchange.getMessage(), event);
            process(exchange);
        }
    }

    private void handOverWhole(EventBatch batch) throws Exception {
        Exchange exchange = createExchange(false);
        exchange.getMessage().setBody(batch);
        process(exchange);
    }

    /** An empty batch at the start: after a pause the route learns at once that events passed meanwhile. */
    private void tellStart(long start) {
        if (!endpoint.isBatch()) {
            return;
        }
        try {
            handOverWhole(new EventBatch(start, start, List.of(), 0));
        } catch (Throwable e) {
            getExceptionHandler().handleException("Could not hand over the start at offset " + start, e);
        }
    }

    /** A single failed exchange is reported and passed by: a reader without a group has nowhere to keep it. */
    private void process(Exchange exchange) throws Exception {
        try {
            try {
                getProcessor().process(exchange);
            } catch (Error e) {
                exchange.setException(e);
            }
            if (exchange.getException() != null) {
                getExceptionHandler().handleException("An event could not be processed", exchange, exchange.getException());
            }
        } finally {
            releaseExchange(exchange, false);
            Thread.interrupted(); // a step that leaves this flag up must not end the reading
        }
    }
}
