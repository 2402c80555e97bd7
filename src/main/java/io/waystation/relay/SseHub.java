package io.waystation.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.channel.SubscriberCount;
import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.PositionedEvent;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;

/**
 * Sends published events to everybody who follows their channel, each client at its own pace, exactly once and
 * in order.
 *
 * <p>A channel that somebody follows has a ring of recent events whose frames all subscribers share; what is
 * older comes from {@link EventHistory}. A client that takes nothing for the stall timeout is dropped and
 * resumes by its last id.
 *
 * <p>Thread-safe. Publishing costs nothing for channels without followers.
 */
public final class SseHub implements SubscriberCount, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SseHub.class);

    private final EventHistory history;
    private final RelaySettings settings;
    private final RelayMetrics metrics;
    private final LongSupplier nanoClock;
    private final PoisonGuard poison;
    private final ExecutorService readers;
    private final ScheduledExecutorService timer;
    private final EventFrames frames;
    private final HistoryReader reader;
    private final Map<String, String> responseHeaders;
    private final ConcurrentMap<String, RelayChannel> channels = new ConcurrentHashMap<>();
    private final ConcurrentMap<Executor, SubscriberLoop> loops = new ConcurrentHashMap<>();
    private final AtomicLong ringBytes = new AtomicLong();
    private final Object publishing = new Object();
    private volatile long last;
    private long heartbeatAt;

    SseHub(EventHistory history, RelaySettings settings, RelayMetrics metrics, LongSupplier nanoClock) {
        this(history, settings, metrics, nanoClock,
                Executors.newFixedThreadPool(settings.readers(), task -> daemon(task, "relay-reader")));
    }

    SseHub(EventHistory history, RelaySettings settings, RelayMetrics metrics, LongSupplier nanoClock,
            ExecutorService readers) {
        this.history = history;
        this.settings = settings;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        this.poison = new PoisonGuard(settings.poisonAttempts(), nanoClock);
        this.readers = readers;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "relay-timer"));
        this.frames = new EventFrames(settings.maxSmeeFrame(), metrics);
        this.reader = new HistoryReader(history, readers, new HistoryBudget(settings.historyBudget()), frames);
        this.responseHeaders = responseHeaders(settings.corsOrigin());
        this.last = history.tail().offset();
        this.heartbeatAt = nanoClock.getAsLong();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static Map<String, String> responseHeaders(String corsOrigin) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/event-stream");
        headers.put("Cache-Control", "no-cache, no-transform");
        headers.put("X-Accel-Buffering", "no"); // nginx would hold frames back
        if (!corsOrigin.isEmpty()) {
            headers.put("Access-Control-Allow-Origin", corsOrigin);
        }
        return Map.copyOf(headers);
    }

    /** Starts heartbeats and the watch over clients that take nothing. */
    void start() {
        long every = Math.max(1, tendEvery().toMillis());
        timer.scheduleWithFixedDelay(() -> runLogged(this::tend), every, every, TimeUnit.MILLISECONDS);
    }

    private Duration tendEvery() {
        Duration half = settings.heartbeat().dividedBy(2);
        Duration quarter = settings.stallTimeout().dividedBy(4);
        return half.compareTo(quarter) < 0 ? half : quarter;
    }

    /**
     * Takes in what the tail of the log brought, in order. Batches that overlap are deduplicated; a hole
     * between two of them makes subscribers read the missing part from the log.
     */
    public void publish(EventBatch batch) {
        Set<RelayChannel> touched = new HashSet<>();
        synchronized (publishing) {
            if (batch.last() <= last) {
                return;
            }
            if (batch.after() > last || batch.lost() > 0) {
                long coversAfter = batch.lost() > 0 ? batch.last() : batch.after();
                channels.values().forEach(channel -> ringBytes.addAndGet(-channel.ring().reset(coversAfter)));
                last = coversAfter;
                touched.addAll(channels.values());
            }
            for (PositionedEvent event : batch.events()) {
                RelayChannel channel = channels.get(event.event().channel());
                if (channel != null && event.position().offset() > last) {
                    ringBytes.addAndGet(channel.ring().append(event, settings.ringBytes()));
                    touched.add(channel);
                }
            }
            last = Math.max(last, batch.last());
            if (ringBytes.get() > settings.ringTotalBytes()) {
                evict();
            }
        }
        touched.forEach(RelayChannel::signal);
    }

    /** Frees memory: first the rings of channels nobody follows, then half of the largest ones. */
    private void evict() {
        long now = nanoTime();
        channels.entrySet().removeIf(entry -> entry.getValue().isIdle(now, 0) && forget(entry.getValue()));
        List<RelayChannel> largest = new ArrayList<>(channels.values());
        largest.sort(Comparator.comparingLong((RelayChannel channel) -> channel.ring().bytes()).reversed());
        for (RelayChannel channel : largest) {
            if (ringBytes.get() <= settings.ringTotalBytes()) {
                return;
            }
            ringBytes.addAndGet(-channel.ring().shrink(channel.ring().bytes() / 2));
        }
    }

    private boolean forget(RelayChannel channel) {
        ringBytes.addAndGet(-channel.ring().reset(last));
        return true;
    }

    /** Opens a client's stream and keeps it fed, if the client is still there. Runs on the connection's event loop. */
    void subscribe(Subscription subscription) {
        ResponseStream stream = subscription.stream();
        if (!stream.open(200, responseHeaders)) {
            subscription.left().run();
            return;
        }
        RelayChannel channel;
        synchronized (publishing) { // a new ring starts exactly behind what has been published
            channel = channels.computeIfAbsent(
                    subscription.channel(), name -> new RelayChannel(new ChannelRing(last, frames), reader));
            channel.joined();
        }
        SubscriberLoop loop = loops.computeIfAbsent(
                stream.loop(), executor -> new SubscriberLoop(this, executor, metrics.loop()));
        Subscriber subscriber = new Subscriber(subscription, channel, loop);
        loop.joined(channel, subscriber);
        stream.onClose(() -> { // before anything that may fail: whoever joined leaves
            subscription.left().run();
            if (subscriber.close()) {
                poison.left(subscription, subscriber.eventsSent(), subscriber.age());
            }
        });
        subscriber.put(StreamFrame.of(subscription.encoding().opening(subscription.after())));
        stream.flush();
        stream.onWritable(subscriber::pump);
        subscriber.pump();
    }

    /** Offset of the event that a client failed on too often, or 0; reads the log, so not on an event loop. */
    long poisoned(String client, String channel, long after) {
        if (!poison.isStuck(client, channel, after)) {
            return 0;
        }
        List<PositionedEvent> next = history.read(channel, after, 1, 1).events();
        if (next.isEmpty() || next.get(0).event().weight() < settings.poisonSize()) {
            return 0; // what clients die of is an event too large for their buffer
        }
        LOG.warn("Event {} of channel {} is passed over for a client that lost its connection on it {} times; it is kept, and"
                + " 'waystation events show' has it", next.get(0).position(), channel, settings.poisonAttempts());
        return next.get(0).position().offset();
    }

    /** Drops the streams of a channel; its clients come back by themselves and resume. From any thread. */
    void cut(String channel, String reason) {
        Optional.ofNullable(channels.get(channel)).ifPresent(followed -> followed.cut(reason));
    }

    /** The same with all streams. */
    void cutAll(String reason) {
        channels.values().forEach(followed -> followed.cut(reason));
    }

    @Override
    public int count(String channel) {
        return Optional.ofNullable(channels.get(channel)).map(RelayChannel::count).orElse(0);
    }

    void tend() {
        long now = nanoTime();
        boolean heartbeat = now - heartbeatAt >= settings.heartbeat().dividedBy(2).toNanos() * 9 / 10;
        if (heartbeat) {
            heartbeatAt = now;
        }
        List<StreamFrame> frames = StreamEncodings.ALL.stream()
                .map(encoding -> StreamFrame.of(encoding.heartbeat())).toList();
        loops.values().forEach(loop -> loop.look(heartbeat, frames, settings.stallTimeout().toNanos()));
        synchronized (publishing) {
            channels.values().removeIf(
                    channel -> channel.isIdle(now, settings.ringIdle().toNanos()) && forget(channel));
        }
    }

    long last() {
        return last;
    }

    long ringBytes() {
        return ringBytes.get();
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    RelayMetrics metrics() {
        return metrics;
    }

    /** Where work that may block on disk runs. */
    Executor readers() {
        return readers;
    }

    /** Runs something on an event loop after a while. */
    void later(long delay, TimeUnit unit, Executor loop, Runnable action) {
        try {
            timer.schedule(() -> loop.execute(action), delay, unit);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("Not run, the hub is closing: its streams are cut anyway", stopping);
        }
    }

    /** Runs something that may block on disk again and again. */
    ScheduledFuture<?> every(Duration period, Runnable action) {
        return timer.scheduleWithFixedDelay(() -> runLogged(() -> readers.execute(() -> runLogged(action))),
                period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void runLogged(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) { // a scheduled task that throws would never run again
            LOG.warn("Housekeeping of the relay failed and will be tried again", failure);
        }
    }

    /** Drops every stream without a clean end: old clients take a clean end for the end of all. */
    @Override
    public void close() {
        timer.shutdownNow();
        readers.shutdownNow();
        loops.values().forEach(loop -> {
            try {
                loop.execute(() -> loop.cutAll("drain"));
            } catch (RejectedExecutionException stopped) {
                LOG.debug("The server took its connections down first", stopped);
            }
        });
    }
}
