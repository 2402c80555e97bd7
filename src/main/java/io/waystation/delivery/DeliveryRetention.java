package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.waystation.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes events whose deliveries are all made or forgotten, with their attempts, when their time is over; ends the client. */
final class DeliveryRetention extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryRetention.class);
    private static final int EVERY_SECONDS = 60;
    private static final int AT_ONCE = 100;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CamelContext context;
    private final Store store;
    private final Deliveries deliveries;
    private final DeliveryClient client;
    private final Duration keep;
    private final Clock clock;
    private ScheduledExecutorService timer;
    private Old reached = new Old("", 0);

    DeliveryRetention(CamelContext context, Store store, Deliveries deliveries, DeliveryClient client,
            Duration keep, Clock clock) {
        this.context = context;
        this.store = store;
        this.deliveries = deliveries;
        this.client = client;
        this.keep = keep;
        this.clock = clock;
    }

    private record Old(String id, long keptAt) {
    }

    @Override
    protected void doStart() {
        timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "delivery-retention");
        timer.scheduleWithFixedDelay(this::expire, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** Goes on where it was last time, and from the beginning when it has seen all, for some were still needed then. */
    void expire() {
        long end = System.nanoTime() + LONGEST_NANOS;
        Instant before = clock.instant().minus(keep);
        try {
            List<Old> some;
            do {
                some = old(before);
                List<String> over = some.stream().map(Old::id).filter(id -> !deliveries.isNeeded(id)).toList();
                if (!over.isEmpty()) {
                    delete(over);
                }
                reached = some.isEmpty() ? new Old("", 0) : some.get(some.size() - 1);
            } while (!some.isEmpty() && System.nanoTime() < end);
        } catch (RuntimeException e) {
            LOG.warn("Deleting old deliveries failed and is tried again", e);
        }
    }

    private List<Old> old(Instant before) {
        return store.read(handle -> handle.createQuery("SELECT id, kept_at FROM delivery_event WHERE kept_at < ? "
                + "AND (kept_at > ? OR kept_at = ? AND id > ?) ORDER BY kept_at, id LIMIT " + AT_ONCE)
                .bind(0, before.toEpochMilli()).bind(1, reached.keptAt()).bind(2, reached.keptAt()).bind(3, reached.id())
                .map((row, ctx) -> new Old(row.getString(1), row.getLong(2))).list());
    }

    private void delete(List<String> events) {
        store.writeNow(handle -> {
            for (String event : events) {
                // the slash is the character after the dot between event and endpoint
                handle.execute("DELETE FROM delivery_attempt WHERE delivery >= ? AND delivery < ?", event + ".", event + "/");
                handle.execute("DELETE FROM delivery_event WHERE id = ?", event);
            }
            return null;
        });
    }

    @Override
    protected void doStop() {
        if (timer != null) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
        client.close();
    }
}
