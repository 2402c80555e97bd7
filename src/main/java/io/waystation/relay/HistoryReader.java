package io.waystation.relay;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;

/**
 * Reads stored events for subscribers that are behind the ring, on a bounded pool.
 *
 * <p>Subscribers that ask for the same events at the same time share one read and its frames: a thousand
 * clients that resume after a restart cost one. All reads together hold no more than a budget of bytes.
 *
 * <p>Thread-safe.
 */
final class HistoryReader {
    private static final int CHUNK_EVENTS = 256;
    private static final long CHUNK_BYTES = 256 * 1024;

    private final EventHistory history;
    private final Executor pool;
    private final HistoryBudget budget;
    private final ConcurrentMap<Request, Running> running = new ConcurrentHashMap<>();

    HistoryReader(EventHistory history, Executor pool, HistoryBudget budget) {
        this.history = history;
        this.pool = pool;
        this.budget = budget;
    }

    /**
     * Reads on; the frames of the encoding are made on the pool, so that no event loop has to. Whoever gets a
     * chunk releases it once.
     */
    CompletableFuture<Chunk> read(String channel, long after, StreamEncoding encoding) {
        Request request = new Request(channel, after, encoding);
        Running mine = new Running(new CompletableFuture<>(), new AtomicInteger());
        Running shared = running.compute(request, (key, other) -> {
            Running joined = other == null ? mine : other;
            joined.holders().incrementAndGet();
            return joined;
        });
        if (shared == mine) {
            submit(request, mine, 0);
        }
        return shared.result();
    }

    private void submit(Request request, Running read, long reserved) {
        try {
            pool.execute(() -> run(request, read, reserved));
        } catch (RuntimeException | Error refused) {
            fail(request, read, reserved, refused);
        }
    }

    /** Reads and encodes; without room for the frames it drops what it read and reads again when there is room. */
    private void run(Request request, Running read, long reserved) {
        long held = reserved;
        try {
            EventBatch batch = history.read(request.channel(), request.after(), CHUNK_EVENTS, CHUNK_BYTES);
            long bytes = batch.events().stream().mapToLong(event -> RelayedEvent.weigh(event.event())).sum();
            if (reserved > 0) {
                held = bytes;
                budget.give(reserved - bytes); // newer events may have joined meanwhile
            } else if (bytes > 0) {
                if (!budget.take(bytes, () -> submit(request, read, bytes))) {
                    return;
                }
                held = bytes;
            }
            List<RelayedEvent> events = batch.events().stream().map(RelayedEvent::new).toList();
            events.forEach(event -> event.frame(request.encoding()));
            Position oldest = batch.lost() == 0 ? null
                    : events.isEmpty() ? history.tail() : events.get(0).event().position();
            running.remove(request, read); // from here on a newer read may see more, and nobody joins this one
            read.result().complete(new Chunk(batch.last(), events, batch.lost(), oldest, release(read, bytes)));
        } catch (RuntimeException | Error failure) {
            fail(request, read, held, failure);
        }
    }

    private Runnable release(Running read, long bytes) {
        return () -> {
            if (read.holders().decrementAndGet() == 0) {
                budget.give(bytes);
            }
        };
    }

    private void fail(Request request, Running read, long held, Throwable failure) {
        running.remove(request, read);
        budget.give(held);
        read.result().completeExceptionally(failure);
    }

    /** A read under way and how many wait for it, or hold what came of it. */
    private record Running(CompletableFuture<Chunk> result, AtomicInteger holders) {
    }

    private record Request(String channel, long after, StreamEncoding encoding) {
    }

    /**
     * Some stored events, encoded.
     *
     * @param last offset up to which the channel was read
     * @param events events in order
     * @param lost events of the range that are gone
     * @param oldest what comes after the lost ones, or null when none are lost
     * @param release to be run once by each that got the chunk, when it is done with it
     */
    record Chunk(long last, List<RelayedEvent> events, long lost, Position oldest, Runnable release) {
    }
}
