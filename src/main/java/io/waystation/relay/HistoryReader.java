package io.waystation.relay;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * Reads stored events for subscribers that are behind the ring, on a bounded pool.
 *
 * <p>Subscribers that ask for the same events at the same time share one read and its frames: a thousand
 * clients that resume after a restart cost one. All reads together hold no more than a budget of bytes.
 *
 * <p>While a chunk that somebody waits for is encoded and sent, the one behind it is read already, and none further. It belongs to
 * the chunk before it: it is dropped with that, unless somebody has asked for it.
 *
 * <p>Thread-safe.
 */
final class HistoryReader {
    private static final int CHUNK_EVENTS = 256;
    private static final long CHUNK_BYTES = 256 * 1024;

    private final EventHistory history;
    private final Executor pool;
    private final HistoryBudget budget;
    private final EventFrames frames;
    private final ConcurrentMap<Request, Running> running = new ConcurrentHashMap<>();

    HistoryReader(EventHistory history, Executor pool, HistoryBudget budget, EventFrames frames) {
        this.history = history;
        this.pool = pool;
        this.budget = budget;
        this.frames = frames;
    }

    /**
     * Reads on; the frames of the encoding are made on the pool, so that no event loop has to. Whoever gets a
     * chunk releases it once.
     */
    CompletableFuture<Chunk> read(String channel, long after, StreamEncoding encoding) {
        Request request = new Request(channel, after, encoding);
        Running mine = new Running(request);
        Running shared = running.compute(request, (key, other) -> {
            Running joined = other == null ? mine : other;
            joined.holders.incrementAndGet();
            return joined;
        });
        if (shared == mine) {
            submit(mine, 0);
        }
        shared.wanted = true;
        readAhead(shared);
        return shared.result;
    }

    private void submit(Running read, long reserved) {
        try {
            pool.execute(() -> run(read, reserved));
        } catch (RuntimeException | Error refused) {
            fail(read, reserved, refused);
        }
    }

    /** Reads and encodes; without room for the frames it drops what it read and reads again when there is room. */
    private void run(Running read, long reserved) {
        long held = reserved;
        Request request = read.request;
        try {
            EventBatch batch = history.read(request.channel(), request.after(), CHUNK_EVENTS, CHUNK_BYTES);
            long weight = 0;
            long bytes = 0;
            for (PositionedEvent event : batch.events()) {
                weight += event.event().weight();
                bytes += RelayedEvent.weigh(event.event(), request.encoding());
            }
            if (reserved > 0) {
                held = bytes;
                budget.give(reserved - bytes, read.size); // newer events may have joined meanwhile
            } else if (bytes > 0) {
                read.size = budget.sizeOf(bytes);
                boolean taken = budget.tryTake(bytes, read.size);
                if (!taken && (isGivenUp(read) || !budget.take(bytes, read.size, reserve(read, bytes)))) {
                    return;
                }
                held = bytes;
            }
            boolean full = batch.events().size() >= CHUNK_EVENTS || weight >= CHUNK_BYTES;
            if (full) {
                read.behind = batch.last();
                readAhead(read);
            }
            List<RelayedEvent> events = batch.events().stream().map(event -> new RelayedEvent(event, frames)).toList();
            long made = events.stream().mapToLong(event -> event.weigh(request.encoding())).sum();
            budget.give(bytes - made, read.size);
            held = made;
            Position oldest = batch.lost() == 0 ? null
                    : events.isEmpty() ? history.tail() : events.get(0).event().position();
            if (read.ofItsOwn || !full) {
                running.remove(request, read); // from here on a newer read may see more, and nobody joins this one
            }
            read.bytes = made;
            read.result.complete(new Chunk(batch.last(), events, batch.lost(), oldest, () -> release(read)));
        } catch (RuntimeException | Error failure) {
            fail(read, held, failure);
        }
    }

    /** Gives up, where there is no room, what was read ahead and nobody has asked for yet: others wait for that room. */
    private boolean isGivenUp(Running read) {
        if (read.ofItsOwn) {
            return false;
        }
        Running kept = running.compute(read.request, (key, now) -> now == read && read.holders.get() == 1 ? null : now);
        boolean givenUp = kept != read && read.holders.get() == 1;
        if (givenUp) {
            read.result.completeExceptionally(new CancellationException("nobody waits for it"));
        }
        return givenUp;
    }

    private Runnable reserve(Running read, long bytes) {
        return () -> submit(read, bytes);
    }

    /** Starts on what comes behind a chunk, once it is known where that is and that somebody waits for the chunk. */
    private void readAhead(Running read) {
        if (!read.wanted || read.behind == 0 || !budget.isRoomy() || !read.readsAhead.compareAndSet(false, true)) {
            return;
        }
        Running next = new Running(new Request(read.request.channel(), read.behind, read.request.encoding()));
        next.ofItsOwn = false;
        next.holders.incrementAndGet();
        if (running.putIfAbsent(next.request, next) == null) {
            read.next = next;
            submit(next, 0);
        }
    }

    private void release(Running read) {
        if (read.holders.decrementAndGet() == 0) {
            budget.give(read.bytes, read.size);
            dropNext(read);
        }
    }

    private void dropNext(Running read) {
        Running next = read.next;
        if (next != null) {
            running.remove(next.request, next);
            next.result.thenAccept(chunk -> chunk.release().run());
        }
    }

    private void fail(Running read, long held, Throwable failure) {
        running.remove(read.request, read);
        budget.give(held, read.size);
        dropNext(read);
        read.result.completeExceptionally(failure);
    }

    /** A read under way or of a chunk that is held, and how many wait for it or hold what came of it. */
    private static final class Running {
        private final Request request;
        private final CompletableFuture<Chunk> result = new CompletableFuture<>();
        private final AtomicInteger holders = new AtomicInteger();
        private final AtomicBoolean readsAhead = new AtomicBoolean();
        private boolean ofItsOwn = true;
        private volatile boolean wanted;
        /** Where the next chunk starts; 0 while that is not known, or when this one reached the end. */
        private volatile long behind;
        private volatile Running next;
        private volatile HistoryBudget.Size size = HistoryBudget.Size.SMALL;
        private long bytes;

        private Running(Request request) {
            this.request = request;
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
     * @param release to be run once by each that got the chunk, when it is done with it
     */
    record Chunk(long last, List<RelayedEvent> events, long lost, Position oldest, Runnable release) {
    }
}
