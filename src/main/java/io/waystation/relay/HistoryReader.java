package io.waystation.relay;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;

/**
 * Reads stored events for subscribers that are behind the ring, on a bounded pool.
 *
 * <p>Subscribers that ask for the same events at the same time share one read and its frames: a thousand
 * clients that resume after a restart cost one.
 *
 * <p>Thread-safe.
 */
final class HistoryReader {
    private static final int CHUNK_EVENTS = 256;
    private static final long CHUNK_BYTES = 256 * 1024;

    private final EventHistory history;
    private final Executor pool;
    private final ConcurrentMap<Request, CompletableFuture<Chunk>> running = new ConcurrentHashMap<>();

    HistoryReader(EventHistory history, Executor pool) {
        this.history = history;
        this.pool = pool;
    }

    /** Reads on; the frames of the encoding are made on the pool, so that no event loop has to. */
    CompletableFuture<Chunk> read(String channel, long after, StreamEncoding encoding) {
        Request request = new Request(channel, after, encoding);
        CompletableFuture<Chunk> mine = new CompletableFuture<>();
        CompletableFuture<Chunk> other = running.putIfAbsent(request, mine);
        if (other != null) {
            return other;
        }
        try {
            pool.execute(() -> run(request, mine));
        } catch (RuntimeException refused) {
            running.remove(request, mine);
            mine.completeExceptionally(refused);
        }
        return mine;
    }

    private void run(Request request, CompletableFuture<Chunk> result) {
        try {
            EventBatch batch = history.read(request.channel(), request.after(), CHUNK_EVENTS, CHUNK_BYTES);
            List<RelayedEvent> events = batch.events().stream().map(RelayedEvent::new).toList();
            events.forEach(event -> event.frame(request.encoding()));
            Position oldest = batch.lost() == 0 ? null
                    : events.isEmpty() ? history.tail() : events.get(0).event().position();
            running.remove(request, result); // from here on a newer read may see more
            result.complete(new Chunk(batch.last(), events, batch.lost(), oldest));
        } catch (RuntimeException | Error failure) {
            running.remove(request, result);
            result.completeExceptionally(failure);
        }
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
     */
    record Chunk(long last, List<RelayedEvent> events, long lost, Position oldest) {
    }
}
