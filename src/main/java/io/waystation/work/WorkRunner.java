package io.waystation.work;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.waystation.store.StatementCache;
import io.waystation.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the items of one queue: claims as many as may run, hands them to the route, and records how they ended.
 *
 * <p>One transaction is under way at a time, a turn: it ends what has ended meanwhile and claims what there is room
 * for, so that under load one commit carries many of both. Between turns nothing runs and nothing polls: it waits for
 * an addition, an end, or the time at which something is due. Thread-safe.
 */
final class WorkRunner {
    private static final Logger LOG = LoggerFactory.getLogger(WorkRunner.class);
    private static final int AT_ONCE = 256;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final long LONGEST_SLEEP_MILLIS = TimeUnit.HOURS.toMillis(1);

    private final QueueOptions options;
    private final Store store;
    private final Clock clock;
    private final Claims claims;
    private final Endings endings;
    private final KeyRows keys;
    private final ScheduledExecutorService timer;
    private final Executor pool;
    private final BiConsumer<HeldLease, WorkRunner> route;
    private final WorkMeters meters;
    private final StatementCache cache;

    private final Map<Long, HeldLease> running = new LinkedHashMap<>();
    private final List<Ended> ended = new ArrayList<>();
    private boolean turning;
    private boolean wanted = true;
    private boolean stopping;
    private int turnSize = AT_ONCE;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private long pausedUntil;
    private long nextDue = Long.MAX_VALUE;
    private ScheduledFuture<?> alarm;
    private long alarmAt = Long.MAX_VALUE;

    WorkRunner(QueueOptions options, WorkQueues.Means means, Executor pool, BiConsumer<HeldLease, WorkRunner> route) {
        this.options = options;
        this.store = means.store();
        this.clock = means.clock();
        this.claims = means.claims();
        this.endings = means.endings();
        this.keys = means.keys();
        this.timer = means.timer();
        this.meters = means.meters();
        this.cache = means.statements();
        this.pool = pool;
        this.route = route;
    }

    QueueOptions options() {
        return options;
    }

    /** There may be something to claim. */
    void wake() {
        synchronized (this) {
            wanted = true;
        }
        turn();
    }

    /** Something becomes due at a time. */
    private void alarm() {
        synchronized (this) {
            alarm = null;
            alarmAt = Long.MAX_VALUE;
            wanted = true;
        }
        turn();
    }

    /** An attempt has ended; called once for each lease, on any thread. */
    void ended(HeldLease lease, AttemptEnd end) {
        lease.ended();
        synchronized (this) {
            ended.add(new Ended(lease, end));
        }
        turn();
    }

    /** Tells a running attempt of this queue to stop, if it runs here. */
    void stop(long seq, String reason) {
        HeldLease lease;
        synchronized (this) {
            lease = running.get(seq);
        }
        if (lease != null) {
            lease.stop(reason);
        }
    }

    /** Tells attempts that are over the time limit to stop. */
    void enforceTimeLimit() {
        if (options.timeLimit().isZero()) {
            return;
        }
        List<HeldLease> late;
        synchronized (this) {
            late = running.values().stream().filter(lease -> lease.age() > options.timeLimit().toNanos()).toList();
        }
        late.forEach(lease -> lease.stop("it ran longer than " + options.timeLimit().toMillis() + " ms"));
    }

    private void turn() {
        List<Ended> batch;
        int room;
        synchronized (this) {
            long now = clock.millis();
            if (turning || now < pausedUntil) {
                return;
            }
            batch = List.copyOf(ended.subList(0, Math.min(turnSize, ended.size())));
            room = stopping ? 0 : Math.min(options.concurrency() - running.size() + batch.size(), turnSize);
            boolean look = room > 0 && (wanted || !batch.isEmpty() || now >= nextDue);
            if (batch.isEmpty() && !look) {
                return;
            }
            ended.subList(0, batch.size()).clear();
            turning = true;
            wanted = wanted && room == 0;
        }
        store.write(handle -> {
            try (Statements statements = new Statements(handle, cache)) {
                return turn(statements, batch, room);
            }
        }).whenComplete((turned, failure) -> {
            if (failure == null) {
                turned(batch, turned);
            } else {
                failed(batch, failure);
            }
        });
    }

    private Turned turn(Statements statements, List<Ended> batch, int room) throws Exception {
        Map<String, Integer> ends = new HashMap<>();
        List<Optional<ItemState>> states = endings.endAll(statements, batch);
        Set<String> proven = new HashSet<>();
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).isPresent()) {
                ends.merge(batch.get(i).lease().item().key(), 1, Integer::sum);
            }
            if (batch.get(i).lease().isTrial() && states.get(i).equals(Optional.of(ItemState.SUCCEEDED))) {
                proven.add(batch.get(i).lease().item().key());
            }
        }
        for (String key : proven) {
            keys.proven(statements, options.queue(), key);
        }
        for (Map.Entry<String, Integer> key : ends.entrySet()) {
            keys.settle(statements, options.queue(), key.getKey(), key.getValue());
        }
        return new Turned(states, room == 0 ? null : claims.claim(statements, options, room));
    }

    private void turned(List<Ended> batch, Turned turned) {
        List<HeldLease> begin = new ArrayList<>();
        synchronized (this) {
            turning = false;
            turnSize = AT_ONCE;
            pauseMillis = FIRST_PAUSE_MILLIS;
            batch.forEach(each -> running.remove(each.lease().seq(), each.lease()));
            if (turned.claimed() != null) {
                turned.claimed().items().forEach(claim -> begin.add(new HeldLease(store, endings, claim, options)));
                begin.forEach(lease -> running.put(lease.seq(), lease));
                wanted |= turned.claimed().more();
                nextDue = turned.claimed().nextDue();
                setAlarm(nextDue);
            }
            notifyAll();
        }
        if (turned.claimed() != null) {
            turned.claimed().givenUp().forEach(this::tellGivenUp);
        }
        begin.forEach(this::begin);
        turn();
        for (int i = 0; i < batch.size(); i++) {
            meters.ended(options.queue(), batch.get(i).end(), turned.states().get(i), batch.get(i).lease());
            if (turned.states().get(i).equals(Optional.of(ItemState.SUCCEEDED))) {
                runAfterCommit(batch.get(i).lease());
            }
        }
    }

    private void tellGivenUp(WorkStatus item) {
        LOG.error("Queue {}: item {} ({}) is a dead letter, because the hub ended {} times in a row while it ran; run it again with "
                + "'waystation work replay {}'", options.queue(), item.number(), item.id(), item.lost(), item.number());
    }

    private void runAfterCommit(HeldLease lease) {
        for (Runnable action : lease.actionsAfterCommit()) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.warn("Queue {}: an action after the end of item {} failed", options.queue(), lease.item().id(), e);
            }
        }
    }

    private void begin(HeldLease lease) {
        try {
            pool.execute(() -> route.accept(lease, this));
        } catch (RuntimeException | Error refused) {
            LOG.warn("Queue {} could not start item {}: {}", options.queue(), lease.item().id(), refused.toString());
            ended(lease, new AttemptEnd.Deferred(clock.instant().plusSeconds(1), "no thread was free", DeferException.Scope.ITEM));
        }
    }

    /** Nothing of a turn was kept: it is made again, smaller, so that one bad end does not hold up the others for ever. */
    private void failed(List<Ended> batch, Throwable failure) {
        long pause;
        synchronized (this) {
            turning = false;
            wanted = true;
            boolean alone = batch.size() == 1;
            ended.addAll(alone ? ended.size() : 0, batch); // one that fails alone goes behind the others
            turnSize = 1;
            pause = batch.size() > 1 ? 1 : pauseMillis;
            pauseMillis = batch.size() > 1 ? pauseMillis : Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            pausedUntil = clock.millis() + pause;
            notifyAll();
            if (stopping && batch.size() <= 1) {
                return; // what runs is free for the next start
            }
        }
        LOG.warn("Queue {} could not record {} ends and claim items; it tries again in {} ms: {}", options.queue(),
                batch.size(), pause, failure.toString());
        timer.schedule(this::alarm, pause, TimeUnit.MILLISECONDS);
    }

    private void setAlarm(long at) {
        if (at == Long.MAX_VALUE || stopping || alarm != null && alarmAt <= at) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        long sleep = Math.max(1, Math.min(at - clock.millis(), LONGEST_SLEEP_MILLIS));
        alarmAt = at;
        alarm = timer.schedule(this::alarm, sleep, TimeUnit.MILLISECONDS);
    }

    /**
     * Claims nothing more and waits for what runs; then tells it to stop and waits a little longer.
     *
     * @return whether everything has ended
     * @throws InterruptedException when the calling thread may not wait so long; what runs was told to stop
     */
    boolean close(long patienceMillis, long afterStopMillis) throws InterruptedException {
        synchronized (this) {
            stopping = true;
            if (alarm != null) {
                alarm.cancel(false);
            }
        }
        try {
            if (awaitEnds(patienceMillis)) {
                return true;
            }
        } finally {
            running().forEach(lease -> lease.stop("the route is being stopped"));
        }
        return awaitEnds(afterStopMillis);
    }

    /** Attempts whose end is not recorded. */
    synchronized List<HeldLease> running() {
        return List.copyOf(running.values());
    }

    private synchronized boolean awaitEnds(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!running.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    synchronized boolean isStopping() {
        return stopping;
    }

    /** An attempt that has ended, and how. */
    record Ended(HeldLease lease, AttemptEnd end) {
    }

    private record Turned(List<Optional<ItemState>> states, Claims.Claimed claimed) {
    }
}
