package io.waystation.work;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Measures a queue: {@code WorkThroughput <folder> <items>}. One line for each way of using it; see
 * {@code bench/work.sh}.
 */
public final class WorkThroughput {
    private static final int ADDING = 512;
    private static final byte[] BODY = "x".repeat(2_000).getBytes();

    private final WorkFixture work;
    private final int items;
    private int rounds;

    private WorkThroughput(WorkFixture work, int items) {
        this.work = work;
        this.items = items;
    }

    /** Runs the measurements and prints them. */
    public static void main(String[] arguments) throws Exception {
        int items = Integer.parseInt(arguments[1]);
        try (WorkFixture work = WorkFixture.open(Path.of(arguments[0]))) {
            WorkThroughput bench = new WorkThroughput(work, items);
            bench.drain("warm up", 64, 1_000, items / 2);
            bench.drain("1,000 keys, 64 at once", 64, 1_000, items);
            bench.drain("1,000 keys, 512 at once", 512, 1_000, items);
            bench.drain("20 keys, 20 at once", 64, 20, items);
            bench.drain("1 key, 1 at once", 64, 1, items / 20);
            bench.together("1,000 keys, 512 at once, added meanwhile", 512, 1_000);
        }
    }

    /** Adds everything, then runs everything. */
    private void drain(String what, int concurrency, int keys, int count) throws Exception {
        String queue = "q" + rounds++;
        double added = add(queue, keys, count);
        CountDownLatch left = new CountDownLatch(count);
        long start = System.nanoTime();
        consume(queue, concurrency, left);
        left.await();
        report(what, count, added, seconds(start));
    }

    /** Runs while it adds. */
    private void together(String what, int concurrency, int keys) throws Exception {
        String queue = "q" + rounds++;
        CountDownLatch left = new CountDownLatch(items);
        consume(queue, concurrency, left);
        long start = System.nanoTime();
        add(queue, keys, items);
        left.await();
        System.out.printf("| %s | | %,.0f |%n", what, items / seconds(start));
        work.context().getRouteController().stopRoute(queue);
    }

    private void report(String what, int count, double added, double ran) throws Exception {
        System.out.printf("| %s | %,.0f | %,.0f |%n", what, count / added, count / ran);
        work.context().getRouteController().stopRoute("q" + (rounds - 1));
    }

    private double add(String queue, int keys, int count) throws Exception {
        Semaphore inFlight = new Semaphore(ADDING);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            inFlight.acquire();
            work.queues().add(WorkAddition.of(queue, "item-" + i, "key-" + i % keys, BODY)).whenComplete((added, failure) -> {
                failed.compareAndSet(null, failure);
                inFlight.release();
            });
        }
        inFlight.acquire(ADDING);
        if (failed.get() != null) {
            throw new IllegalStateException(failed.get());
        }
        return seconds(start);
    }

    /** A step that does nothing: what is measured is the queue. */
    private void consume(String queue, int concurrency, CountDownLatch left) throws Exception {
        work.route(queue, "work:" + queue + "?concurrency=" + concurrency, new AsyncProcessorSupport() {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                WorkLease.of(exchange).orElseThrow().afterCommit(left::countDown);
                callback.done(true);
                return true;
            }
        });
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
