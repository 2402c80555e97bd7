package io.waystation.http;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices routes that hold an event loop for more than {@value #LIMIT_MILLIS} ms.
 *
 * <p>Every run is timed by its own loop; a thread that samples the loops adds the node the exchange stood at.
 */
final class LoopWatch implements AutoCloseable {
    static final long LIMIT_MILLIS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(LoopWatch.class);
    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    /** Runs at the start load classes and are interpreted; they say nothing of a route. */
    private static final int WARM_UP = 200;

    private final List<Slot> slots = new CopyOnWriteArrayList<>();
    private final AtomicLong blocks = new AtomicLong();
    private final Thread sampler;
    private volatile boolean closed;

    LoopWatch() {
        sampler = new Thread(this::sample, "http-loop-watch");
        sampler.setDaemon(true);
        sampler.start();
    }

    /** One loop's place. */
    final class Slot {
        private final AtomicReference<Exchange> running = new AtomicReference<>();
        private final AtomicLong since = new AtomicLong();
        private volatile String node;
        private int runs;

        void begins(Exchange exchange) {
            since.lazySet(System.nanoTime());
            running.lazySet(exchange);
        }

        /** Must be called with the exchange's route id, since the exchange may be in use again by now. */
        void ends(String routeId) {
            running.lazySet(null);
            long nanos = System.nanoTime() - since.get();
            if (runs < WARM_UP) {
                runs++;
            } else if (nanos > LIMIT_NANOS) {
                blocks.incrementAndGet();
                LOG.warn("Route {} held an event loop for {} ms{}; take it out of waystation.http.event-loop-routes"
                        + " or make the step asynchronous", routeId, TimeUnit.NANOSECONDS.toMillis(nanos),
                        node == null ? "" : " at node " + node);
            }
            node = null;
        }

        private void sample(long now) {
            Exchange exchange = running.get();
            if (exchange != null && now - since.get() > LIMIT_NANOS) {
                node = exchange.getExchangeExtension().getHistoryNodeId();
            }
        }
    }

    Slot slot() {
        Slot slot = new Slot();
        slots.add(slot);
        return slot;
    }

    /** How often a loop was held for too long. */
    long blocks() {
        return blocks.get();
    }

    private void sample() {
        while (!closed) {
            LockSupport.parkNanos(LIMIT_NANOS);
            long now = System.nanoTime();
            slots.forEach(slot -> slot.sample(now));
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sampler);
    }
}
