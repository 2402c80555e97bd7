package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.http.ProblemException;
import io.waystation.store.Store;
import io.waystation.work.DeferException;
import io.waystation.work.ItemState;
import io.waystation.work.WorkAddition;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkHeaders;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;
import io.waystation.work.WorkQueues;
import io.waystation.work.WorkStatus;
import io.waystation.work.operation.NewOperation;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.Operations;
import org.apache.camel.Exchange;

/**
 * Bean {@code deliveryReplays}: sends many deliveries again, in the order in which they were owed, no faster than asked for. A replay is
 * a work item of the queue {@value #QUEUE} with an operation of the same kind, that can be followed and cancelled and goes on after
 * the hub has died. Thread-safe.
 *
 * <p>The item has every delivery as it was found. One is brought back only while it is still so: a piece that is repeated after a
 * crash sends nothing twice.
 */
public final class Replays implements AutoCloseable {
    /** What may be sent again. */
    public static final Set<ItemState> STATES = Set.of(ItemState.DEAD, ItemState.CANCELLED, ItemState.SUCCEEDED);

    /** Queue of replays, and kind of their operations. */
    static final String QUEUE = "delivery-replay";

    private static final String RATE = "CamelWaystationReplayRate";
    private static final String REASON = "CamelWaystationReplayReason";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 1_000;
    private static final int AT_ONCE = 100;
    private static final int STEPS_A_SECOND = 10;
    private static final int PERCENT = 100;
    private static final long LOOK_MILLIS = 100;
    /** Longer than the queue goes on taking items while the hub stops. */
    private static final Duration WHILE_STOPPING = Duration.ofSeconds(10);

    private final Deliveries deliveries;
    private final WorkBacklog backlog;
    private final WorkQueues queues;
    private final Operations operations;
    private final Limits limits;
    private final Map<String, CompletableFuture<Integer>> awaited = new ConcurrentHashMap<>();

    /**
     * How many deliveries one replay is of.
     *
     * @param most that are sent again
     * @param looked of one state that are looked through; the type of their events is not in the index of deliveries
     */
    record Limits(int most, int looked) {
    }

    Replays(Deliveries deliveries, WorkBacklog backlog, WorkQueues queues, Operations operations, Limits limits) {
        this.deliveries = deliveries;
        this.backlog = backlog;
        this.queues = queues;
        this.operations = operations;
        this.limits = limits;
    }

    /**
     * Which deliveries are meant.
     *
     * @param states some of {@link #STATES}
     * @param from smallest position (number) of a delivery, or null
     * @param to largest, or null
     * @param type pattern of the type of their events, or null
     * @param more further conditions
     */
    public record Which(Set<ItemState> states, Long from, Long to, String type, WorkFilter.More more) {
    }

    /**
     * A delivery that is meant.
     *
     * @param id its id
     * @param item it, as it was found
     */
    public record Found(String id, WorkBacklog.Ended item) {
        private static Found of(WorkStatus delivery) {
            return new Found(delivery.id(), WorkBacklog.Ended.of(delivery));
        }
    }

    /**
     * Those that are meant now, in the order in which they were owed; the newest {@link Limits#most} of them.
     *
     * @throws ProblemException 400 {@code too-many-deliveries} when too many would have to be looked at for their type
     */
    public List<Found> find(Which which) {
        List<Found> found = new ArrayList<>();
        for (ItemState state : which.states()) {
            Long before = which.to() == null ? null : which.to() + 1;
            List<WorkStatus> page;
            int most = found.size() + limits.most();
            int pages = 0;
            do {
                if (which.type() != null && pages++ * (long) PAGE >= limits.looked()) {
                    throw new ProblemException(400, "too-many-deliveries", "More than " + limits.looked() + " " + state.text()
                            + " deliveries would have to be looked at for their type; say also since, until, from, to, endpoint or event.");
                }
                page = deliveries.list(new WorkFilter(null, null, state, before, PAGE, which.more()));
                deliveries.ofType(page, which.type()).stream().filter(each -> which.from() == null || each.number() >= which.from())
                        .map(Found::of).forEach(found::add);
                before = page.isEmpty() ? null : page.get(page.size() - 1).number();
            } while (page.size() == PAGE && found.size() < most && (which.from() == null || before >= which.from()));
        }
        found.sort(Comparator.comparingLong(each -> each.item().number()));
        return List.copyOf(found.subList(Math.max(0, found.size() - limits.most()), found.size()));
    }

    /**
     * What goes on.
     *
     * @param operation id of the operation
     * @param done completes with how many were brought back; fails when that is not over within a minute
     */
    public record Started(String operation, CompletableFuture<Integer> done) {
    }

    /**
     * Begins to send deliveries again; returns once that is on disk.
     *
     * @param rate how many a second, 0 for no limit
     * @param reason why and by whom, for a person
     * @param attributes told with the operation
     */
    public Started start(List<Found> found, double rate, String reason, Map<String, ?> attributes) {
        Map<String, Object> told = new LinkedHashMap<>(attributes);
        told.put("found", found.size());
        String id = NewOperation.newId();
        CompletableFuture<Integer> done = new CompletableFuture<Integer>().orTimeout(1, TimeUnit.MINUTES);
        awaited.put(id, done);
        done.whenComplete((replayed, late) -> awaited.remove(id));
        Map<String, String> kept = Map.of(WorkItem.OPERATION_KIND, QUEUE, WorkItem.OPERATION_DATA, JSON.valueToTree(told).toString(),
                RATE, Double.toString(rate), REASON, reason);
        try {
            Store.await(queues.add(new WorkAddition(QUEUE, id, id, write(found), kept, id, null, id, WorkAddition.Terms.NOW)));
        } catch (RuntimeException failed) {
            done.cancel(false);
            throw failed;
        }
        return new Started(id, done);
    }

    /** Brings one delivery back at once; whether it was still as it was found, and can be sent. */
    public boolean again(WorkBacklog.Ended found, String reason) {
        return bringBack(List.of(found), reason) == 1;
    }

    private int bringBack(List<WorkBacklog.Ended> found, String reason) {
        List<WorkStatus> some = backlog.unchanged(found).stream().filter(each -> deliveries.isKept(each.id())).toList();
        deliveries.takeBack(some);
        int again = backlog.again(some.stream().map(WorkBacklog.Ended::of).toList(), reason);
        deliveries.tellOwed(some.stream().map(Deliveries::endpointOf).collect(Collectors.toSet()));
        return again;
    }

    /** Does the replay whose item an exchange runs, from where an earlier attempt was; blocks until it is over. */
    public void run(Exchange exchange) throws InterruptedException {
        WorkLease lease = WorkLease.of(exchange).orElseThrow(() -> new IllegalStateException("a replay is an item of the queue " + QUEUE));
        new Running(exchange, lease).run();
    }

    /** One attempt at a replay. */
    private final class Running {
        private final Exchange exchange;
        private final WorkLease lease;
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final List<WorkBacklog.Ended> found;
        private final double rate;
        private final String reason;
        private final long begun = System.nanoTime();
        private final int first;
        private int next;
        private int replayed;

        private Running(Exchange exchange, WorkLease lease) {
            WorkItem item = lease.item();
            this.exchange = exchange;
            this.lease = lease;
            this.found = read(item.body());
            this.rate = Double.parseDouble(item.attributes().get(RATE));
            this.reason = item.attributes().get(REASON);
            ObjectNode before = operations.find(item.operation()).map(Operation::result).orElse(null);
            this.first = before == null ? 0 : before.path("looked").asInt();
            this.next = first;
            this.replayed = before == null ? 0 : before.path("replayed").asInt();
            lease.onStop(stopped::countDown);
        }

        private void run() throws InterruptedException {
            while (next < found.size() && lease.isHeld()) {
                if (exchange.getContext().isStopping()) {
                    throw new DeferException(WHILE_STOPPING, "the hub was stopped; the next one goes on with it");
                }
                some();
                operations.result(exchange, Map.of("found", found.size(), "looked", next, "replayed", replayed));
                operations.step(exchange, "replay", next * PERCENT / found.size(), replayed + " of " + found.size() + " are sent again");
                pause();
            }
            exchange.getMessage().setHeader(WorkHeaders.RESULT, JSON.valueToTree(Map.of("found", found.size(), "replayed", replayed)).toString());
            if (lease.isHeld()) {
                CompletableFuture<Integer> waiting = awaited.get(lease.item().id());
                if (waiting != null) {
                    waiting.complete(replayed);
                }
            }
        }

        private void some() {
            int most = rate == 0 ? AT_ONCE : (int) Math.max(1, Math.min(AT_ONCE, rate / STEPS_A_SECOND));
            List<WorkBacklog.Ended> some = found.subList(next, Math.min(found.size(), next + most));
            replayed += bringBack(some, reason);
            next += some.size();
        }

        /** Keeps to the rate over all, also after a step that took long. */
        private void pause() throws InterruptedException {
            long until = rate == 0 ? begun : begun + (long) ((next - first) / rate * TimeUnit.SECONDS.toNanos(1));
            long left = until - System.nanoTime();
            while (left > 0 && lease.isHeld() && !exchange.getContext().isStopping()) {
                stopped.await(Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)), TimeUnit.NANOSECONDS);
                left = until - System.nanoTime();
            }
        }
    }

    private static byte[] write(List<Found> found) {
        return found.stream().map(Found::item).map(each -> each.number() + " " + each.state().name() + " " + each.updated().toEpochMilli())
                .collect(Collectors.joining("\n")).getBytes(StandardCharsets.US_ASCII);
    }

    private static List<WorkBacklog.Ended> read(byte[] body) {
        return new String(body, StandardCharsets.US_ASCII).lines().map(line -> line.split(" ")).map(parts -> new WorkBacklog.Ended(
                Long.parseLong(parts[0]), ItemState.valueOf(parts[1]), Instant.ofEpochMilli(Long.parseLong(parts[2])))).toList();
    }

    @Override
    public void close() {
        awaited.values().forEach(waiting -> waiting.cancel(false));
    }
}
