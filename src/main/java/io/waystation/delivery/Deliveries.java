package io.waystation.delivery;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.EventHeaders;
import io.waystation.event.Glob;
import io.waystation.event.PositionedEvent;
import io.waystation.store.GroupTransaction;
import io.waystation.store.Store;
import io.waystation.work.WorkAddition;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkItems;
import io.waystation.work.WorkQueues;
import io.waystation.work.WorkStatus;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jdbi.v3.core.Handle;

/**
 * Bean {@code deliveries}: what is owed to endpoints. A delivery is a work item with the id {@code <event>.<endpoint>}, so
 * that owing it twice makes one; its event is kept once for all of them. Thread-safe.
 */
public final class Deliveries implements Predicate<Event> {
    /** Queue of endpoints without an order. */
    public static final String QUEUE = "delivery";

    /** Queue of endpoints with one. */
    public static final String ORDERED = "delivery-ordered";

    /** Header on the message of a delivery: id of its endpoint. */
    public static final String ENDPOINT = "CamelWaystationEndpoint";

    /** Header on the message of a delivery: name of its endpoint. */
    public static final String ENDPOINT_NAME = "CamelWaystationEndpointName";

    /** Deliveries added in one work of the store: more would hold up everybody else's. */
    private static final int AT_ONCE = 200;
    /** Subjects of one endpoint are spread over so many keys of the ordered queue, which is also its most on the way at once. */
    static final int LANES = 16;
    private static final int PAGE = 1_000;
    /** So many pages are looked through at once for the few deliveries of a type. */
    private static final int PAGES = 20;
    private static final List<Integer> AGAIN_SECONDS = List.of(2, 20);
    private static final int LONGEST_COMMIT_SECONDS = 5;
    private static final byte[] NOTHING = new byte[0];

    private final Endpoints endpoints;
    private final DeliveryEvents events;
    private final AttemptRows attempts;
    private final Store store;
    private final WorkQueues queues;
    private final WorkItems items;
    private final Clock clock;
    private volatile CompletableFuture<Void> enlisted = CompletableFuture.completedFuture(null);
    private volatile Consumer<Set<String>> onOwed = endpoints -> { };

    Deliveries(Endpoints endpoints, DeliveryEvents events, AttemptRows attempts, Store store, WorkQueues queues, WorkItems items,
            Clock clock) {
        this.endpoints = endpoints;
        this.events = events;
        this.attempts = attempts;
        this.store = store;
        this.queues = queues;
        this.items = items;
        this.clock = clock;
        endpoints.onResume(endpoint -> {
            release(endpoint.id());
            // attempts that ended while it was resumed may yet record that their endpoint is stopped
            AGAIN_SECONDS.forEach(later -> CompletableFuture.delayedExecutor(later, TimeUnit.SECONDS).execute(() -> release(endpoint.id())));
        });
    }

    /** Tells to which endpoints something is owed, once that is on disk. Must not block. */
    void onOwed(Consumer<Set<String>> listener) {
        onOwed = listener;
    }

    /** What is owed to an endpoint need not wait any longer. */
    void release(String endpoint) {
        queues.release(QUEUE, endpoint);
        queues.release(ORDERED, endpoint);
    }

    /** Whether any endpoint may want an event: what nobody wants makes neither an exchange nor a commit of the group. */
    @Override
    public boolean test(Event event) {
        return endpoints.mayMatch(event);
    }

    /**
     * Owes each event of the batch in the body to every endpoint that wants it: in the transaction that commits the
     * group's position, or before it when there are many, which a repetition then finds known.
     */
    public void owe(Exchange exchange) {
        GroupTransaction transaction = GroupTransaction.of(exchange).orElseThrow(() -> new IllegalStateException(
                "deliveries need a group: consume with kamelet:events-source?group=deliveries&batch=true"));
        List<Owed> owed = new ArrayList<>();
        for (PositionedEvent each : exchange.getMessage().getBody(EventBatch.class).events()) {
            owed.addAll(owed(each));
        }
        if (owed.isEmpty()) {
            return;
        }
        if (owed.size() <= AT_ONCE) {
            CompletableFuture<Void> committed = new CompletableFuture<>();
            transaction.enlist(handle -> add(handle, owed));
            transaction.afterCommit(() -> committed.complete(null));
            enlisted = committed;
            return;
        }
        awaitEnlisted();
        for (int from = 0; from < owed.size(); from += AT_ONCE) {
            List<Owed> some = owed.subList(from, Math.min(owed.size(), from + AT_ONCE));
            store.writeNow(handle -> add(handle, some));
        }
    }

    /** What is written at once must not overtake what an earlier batch has enlisted. */
    private void awaitEnlisted() {
        try {
            enlisted.get(LONGEST_COMMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the hub is stopping", e);
        } catch (ExecutionException | TimeoutException e) {
            enlisted = CompletableFuture.completedFuture(null); // that batch may have failed, and will come again itself
            throw new IllegalStateException("deliveries of an earlier batch are not on disk yet", e);
        }
    }

    private List<Owed> owed(PositionedEvent positioned) {
        Event event = positioned.event();
        List<Endpoint> wanting = endpoints.matching(positioned);
        if (wanting.isEmpty()) {
            return List.of();
        }
        DeliveryEvent kept = DeliveryEvent.of(event);
        events.remember(kept);
        Supplier<JsonNode> body = Endpoints.parsedOnce(event);
        return wanting.stream().map(endpoint -> new Owed(endpoint.id(), kept, addition(event, endpoint, body))).toList();
    }

    private static WorkAddition addition(Event event, Endpoint endpoint, Supplier<JsonNode> body) {
        boolean ordered = endpoint.terms().ordering() != Ordering.NONE;
        return new WorkAddition(ordered ? ORDERED : QUEUE, new DeliveryId(event.id(), endpoint.id()).toString(), key(event, endpoint, body),
                NOTHING, Map.of(), event.id(), endpoint.terms().retry(), null, WorkAddition.Terms.NOW);
    }

    private static String key(Event event, Endpoint endpoint, Supplier<JsonNode> body) {
        if (endpoint.terms().ordering() != Ordering.PER_KEY) {
            return endpoint.id();
        }
        return endpoint.id() + "/" + Math.floorMod(orderedBy(event, endpoint.terms().options().orderBy(), body).hashCode(), LANES);
    }

    private static String orderedBy(Event event, String by, Supplier<JsonNode> body) {
        String found = switch (by) {
            case "subject" -> event.subject();
            case "source" -> event.source();
            case "type" -> event.type();
            case "key" -> event.key();
            default -> {
                JsonNode there = body.get().at(by);
                yield there.isMissingNode() || there.isNull() ? null : there.toString();
            }
        };
        return found == null ? event.key() : found;
    }

    private List<?> add(Handle handle, List<Owed> owed) throws Exception {
        Instant now = clock.instant();
        DeliveryEvent last = null;
        for (Owed each : owed) {
            if (each.event() != last) {
                last = each.event();
                events.keep(handle, last, now);
            }
        }
        Set<String> to = new HashSet<>();
        owed.forEach(each -> to.add(each.endpoint()));
        store.afterCommit(() -> tellOwed(to));
        return queues.add(handle, owed.stream().map(Owed::addition).toList());
    }

    private record Owed(String endpoint, DeliveryEvent event, WorkAddition addition) {
    }

    /** Puts the event of the delivery that an exchange runs on its message: the exact bytes, its attributes and content type. */
    public void load(Exchange exchange) {
        fill(exchange, WorkItem.of(exchange).id());
    }

    /** The same of another delivery. */
    void fill(Exchange exchange, String delivery) {
        DeliveryId id = DeliveryId.of(delivery);
        DeliveryEvent event = events.find(id.event()).orElseThrow(() ->
                new IllegalStateException("the event " + id.event() + " is no longer kept"));
        Message message = exchange.getMessage();
        message.setBody(event.body());
        message.setHeader(EventHeaders.ID, event.id());
        message.setHeader(EventHeaders.SOURCE, event.source());
        message.setHeader(EventHeaders.TYPE, event.type());
        message.setHeader(EventHeaders.TIME, event.time().toString());
        exchange.setProperty(DeliveryEvent.PROPERTY, event);
        message.setHeader(EventHeaders.CHANNEL, event.channel());
        if (event.subject() != null) {
            message.setHeader(EventHeaders.SUBJECT, event.subject());
        }
        if (event.contentType() != null) {
            message.setHeader(Exchange.CONTENT_TYPE, event.contentType());
        }
        message.setHeader(ENDPOINT, id.endpoint());
        endpoints.find(id.endpoint()).ifPresent(endpoint -> message.setHeader(ENDPOINT_NAME, endpoint.name()));
    }

    /** Deliveries, newest first; those of both queues where the filter names none. */
    public List<WorkStatus> list(WorkFilter filter) {
        return Stream.of(QUEUE, ORDERED).flatMap(queue -> items.list(new WorkFilter(queue, filter.key(), filter.state(), filter.before(),
                filter.limit(), filter.more())).stream()).sorted(Comparator.comparingLong(WorkStatus::number).reversed())
                .limit(filter.limit()).toList();
    }

    /**
     * A page of deliveries.
     *
     * @param deliveries newest first
     * @param next where to go on: only those before it were not looked at; or null
     */
    public record Page(List<WorkStatus> deliveries, Long next) {
    }

    /**
     * Deliveries of events of a type, newest first. A page may have fewer than there may be, and more behind it.
     *
     * @param type pattern in which an asterisk stands for any characters, or null
     */
    public Page page(WorkFilter filter, String type) {
        List<WorkStatus> found = new ArrayList<>();
        Long next = filter.before();
        for (int looked = 0; looked < PAGES; looked++) {
            List<WorkStatus> some = list(new WorkFilter(null, filter.key(), filter.state(), next, type == null ? filter.limit() : PAGE, filter.more()));
            for (WorkStatus each : ofType(some, type)) {
                found.add(each);
                if (found.size() == filter.limit()) {
                    return new Page(found, each.number());
                }
            }
            if (some.size() < (type == null ? filter.limit() : PAGE)) {
                return new Page(found, null);
            }
            next = some.get(some.size() - 1).number();
        }
        return new Page(found, next);
    }

    /** Those whose event is of a type and still kept; all of them without a type. */
    List<WorkStatus> ofType(List<WorkStatus> some, String type) {
        if (type == null) {
            return some;
        }
        Map<String, String> types = events.types(some.stream().map(Deliveries::eventOf).collect(Collectors.toSet()));
        return some.stream().filter(each -> types.containsKey(eventOf(each)) && Glob.fits(type, types.get(eventOf(each)))).toList();
    }

    /** How many deliveries an endpoint is owed. */
    public long owed(String endpoint) {
        return new WorkBacklog(queues).count(PullRows.keys(endpoint));
    }

    /** A delivery by its id. */
    public Optional<WorkStatus> find(String id) {
        return items.find(QUEUE, id).or(() -> items.find(ORDERED, id));
    }

    /** Attempts of a delivery, oldest first. */
    public List<DeliveryAttempt> attempts(String id) {
        return attempts.of(id);
    }

    /** The event of a delivery, while it is kept. */
    public Optional<DeliveryEvent> event(String id) {
        return events.find(DeliveryId.of(id).event());
    }

    /** Endpoint of a delivery. */
    public static String endpointOf(WorkStatus delivery) {
        return DeliveryId.of(delivery.id()).endpoint();
    }

    /** Event of a delivery. */
    public static String eventOf(WorkStatus delivery) {
        return DeliveryId.of(delivery.id()).event();
    }

    /**
     * Sends a dead letter, or a cancelled delivery, again, with all attempts of its schedule and the same {@code webhook-id}.
     *
     * @param reason why and by whom, for a person
     * @return whether it was one
     */
    public boolean replay(WorkStatus delivery, String reason) {
        takeBack(List.of(delivery));
        boolean again = items.replay(delivery.number(), reason);
        tellOwed(Set.of(endpointOf(delivery)));
        return again;
    }

    /** Whether an item of a queue is a delivery. */
    public static boolean isDelivery(WorkStatus item) {
        return QUEUE.equals(item.queue()) || ORDERED.equals(item.queue());
    }

    /** Takes deliveries that will be owed again out of the streams they were handed to, where an acknowledgement would end them. */
    void takeBack(List<WorkStatus> some) {
        store.writeNow(handle -> {
            some.forEach(each -> PullRows.forgetEnded(handle, endpointOf(each), each.number()));
            return null;
        });
    }

    /** Tells that something is owed to endpoints, after it is on disk. */
    void tellOwed(Set<String> to) {
        onOwed.accept(to);
    }

    /** Whether the event of a delivery is kept, so that it can be sent. */
    boolean isKept(String delivery) {
        return events.isKept(DeliveryId.of(delivery).event());
    }

    /** Whether anything needs an event: a delivery that was not made. */
    boolean isNeeded(String event) {
        return items.anyUnfinished(QUEUE, event + ".") || items.anyUnfinished(ORDERED, event + ".");
    }
}
