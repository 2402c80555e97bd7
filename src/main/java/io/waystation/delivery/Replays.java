package io.waystation.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.waystation.work.ItemState;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkStatus;
import io.waystation.work.operation.NewOperation;
import io.waystation.work.operation.OperationEndedException;
import io.waystation.work.operation.OperationRun;
import io.waystation.work.operation.Operations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends many deliveries again, in the order in which they were owed, no faster than asked for, as an operation of the kind
 * {@code delivery-replay} that can be followed and cancelled. Thread-safe.
 *
 * <p>An operation that its hub did not end says so; what it had brought back is sent, and asking again takes up the rest.
 */
public final class Replays implements AutoCloseable {
    /** What may be sent again. */
    public static final Set<ItemState> STATES = Set.of(ItemState.DEAD, ItemState.CANCELLED, ItemState.SUCCEEDED);

    /** Most that one operation sends again. */
    public static final int MOST = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Replays.class);
    private static final String KIND = "delivery-replay";
    private static final int PAGE = 1_000;
    private static final int AT_ONCE = 100;
    private static final int STEPS_A_SECOND = 10;
    private static final int PERCENT = 100;

    private final Deliveries deliveries;
    private final WorkBacklog backlog;
    private final Operations operations;
    private final Set<Running> underWay = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "delivery-replay");
        daemon.setDaemon(true);
        return daemon;
    });

    Replays(Deliveries deliveries, WorkBacklog backlog, Operations operations) {
        this.deliveries = deliveries;
        this.backlog = backlog;
        this.operations = operations;
    }

    /**
     * Which deliveries are meant.
     *
     * @param states some of {@link #STATES}
     * @param from smallest position (number) of a delivery, or null
     * @param to largest, or null
     * @param more further conditions
     */
    public record Which(Set<ItemState> states, Long from, Long to, WorkFilter.More more) {
    }

    /** Those that are meant now, in the order in which they were owed; the newest {@link #MOST} of them. */
    public List<WorkBacklog.Ended> find(Which which) {
        List<WorkBacklog.Ended> found = new ArrayList<>();
        for (ItemState state : which.states()) {
            Long before = which.to() == null ? null : which.to() + 1;
            List<WorkStatus> page;
            int most = found.size() + MOST;
            do {
                page = deliveries.list(new WorkFilter(null, null, state, before, PAGE, which.more()));
                page.stream().filter(each -> which.from() == null || each.number() >= which.from()).map(WorkBacklog.Ended::of).forEach(found::add);
                before = page.isEmpty() ? null : page.get(page.size() - 1).number();
            } while (page.size() == PAGE && found.size() < most && (which.from() == null || before >= which.from()));
        }
        found.sort(Comparator.comparingLong(WorkBacklog.Ended::number));
        return List.copyOf(found.subList(Math.max(0, found.size() - MOST), found.size()));
    }

    /**
     * What goes on.
     *
     * @param operation id of the operation
     * @param done completes when it has ended, with how many were brought back
     */
    public record Started(String operation, CompletableFuture<Integer> done) {
    }

    /**
     * Begins to send deliveries again.
     *
     * @param rate how many a second, 0 for no limit
     * @param reason why and by whom, for a person
     * @param attributes told with the operation
     */
    public Started start(List<WorkBacklog.Ended> found, double rate, String reason, Map<String, ?> attributes) {
        Map<String, Object> told = new LinkedHashMap<>(attributes);
        told.put("found", found.size());
        OperationRun run = operations.start(new NewOperation(NewOperation.newId(), KIND, null, null, told));
        Running running = new Running(run, found, rate, reason);
        underWay.add(running);
        try {
            thread.execute(running::step);
        } catch (RejectedExecutionException closing) {
            running.end();
        }
        return new Started(run.id(), running.done);
    }

    /** One operation under way; steps run one after the other. */
    private final class Running {
        private final OperationRun run;
        private final List<WorkBacklog.Ended> found;
        private final double rate;
        private final String reason;
        private final CompletableFuture<Integer> done = new CompletableFuture<>();
        private final long begun = System.nanoTime();
        private int next;
        private volatile int replayed;

        private Running(OperationRun run, List<WorkBacklog.Ended> found, double rate, String reason) {
            this.run = run;
            this.found = found;
            this.rate = rate;
            this.reason = reason;
        }

        private void step() {
            try {
                if (run.cancelReason().isPresent()) {
                    run.result(result());
                    run.cancel(run.cancelReason().get());
                } else if (next < found.size()) {
                    some();
                    run.step("replay", next * PERCENT / Math.max(1, found.size()), replayed + " of " + found.size() + " are sent again");
                    thread.schedule(this::step, pause(), TimeUnit.NANOSECONDS);
                    return;
                } else {
                    run.succeed(result());
                }
            } catch (OperationEndedException | RejectedExecutionException over) {
                LOG.info("A replay of deliveries ended early: {}", over.toString());
            } catch (RuntimeException | Error failed) { // else whoever waits for it would wait for ever
                LOG.warn("A replay of deliveries failed", failed);
                fail(failed);
            }
            end();
        }

        private void fail(Throwable failed) {
            try {
                run.fail(failed.toString(), result());
            } catch (RuntimeException untold) {
                LOG.warn("That a replay of deliveries failed could not be recorded: {}", untold.toString());
            }
        }

        private void end() {
            underWay.remove(this);
            done.complete(replayed);
        }

        private void some() {
            int most = rate == 0 ? AT_ONCE : (int) Math.max(1, Math.min(AT_ONCE, rate / STEPS_A_SECOND));
            List<WorkBacklog.Ended> some = found.subList(next, Math.min(found.size(), next + most));
            replayed = replayed + backlog.again(some.stream().filter(each -> deliveries.isKept(each.id())).toList(), reason);
            deliveries.tellOwed(some.stream().map(each -> DeliveryId.of(each.id()).endpoint()).collect(Collectors.toSet()));
            next += some.size();
        }

        /** Keeps to the rate over all, also after a step that took long. */
        private long pause() {
            return rate == 0 ? 0 : Math.max(0, begun + (long) (next / rate * TimeUnit.SECONDS.toNanos(1)) - System.nanoTime());
        }

        private Map<String, Object> result() {
            return Map.of("found", found.size(), "replayed", replayed);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        underWay.forEach(Running::end);
    }
}
