package io.waystation.delivery;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import io.waystation.event.Event;
import io.waystation.event.PositionedEvent;
import io.waystation.http.ProblemException;
import io.waystation.settings.Secret;
import io.waystation.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered endpoints: all of them in memory, every change in the store.
 *
 * <p>Thread-safe. What changes an endpoint answers with a future that completes once it is on disk; nothing here blocks
 * but {@link #register} and {@link #rotate}.
 */
public final class Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("waystation.audit");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 8;
    private static final int MOST_KEYS = 10;

    private final EndpointRows rows;
    private final DeliverySettings settings;
    private final AddressGuard guard;
    private final LongSupplier tail;
    private final Clock clock;
    private final Object registering = new Object();
    private Map<String, Endpoint> byId = new LinkedHashMap<>();
    private volatile Map<String, Registered> current = Map.of();
    private final Pulling pulling = new Pulling();
    private final List<Consumer<Endpoint>> onResume = new CopyOnWriteArrayList<>();

    /** @param tail offset of the newest event of the log */
    Endpoints(EndpointRows rows, DeliverySettings settings, AddressGuard guard, LongSupplier tail, Clock clock) {
        this.rows = rows;
        this.tail = tail;
        this.settings = settings;
        this.guard = guard;
        this.clock = clock;
        long newest = tail.getAsLong();
        for (Endpoint endpoint : rows.all()) {
            Endpoint known = endpoint.after() <= newest ? endpoint : endpoint.behind(newest); // an older log was put in place
            if (known != endpoint) {
                Store.await(rows.put(known));
            }
            byId.put(known.id(), known);
        }
        publish();
    }

    /** An endpoint ready to be asked what it wants. */
    private record Registered(Endpoint endpoint, EventSelection.Compiled selection) {
    }

    /**
     * What is asked for a new endpoint.
     *
     * @param url where deliveries go, or null for an endpoint that pulls them
     * @param certificate shown to it, or null
     * @param secrets its own, or none to be given one
     */
    public record Draft(String name, String url, EventSelection selection, EndpointTerms terms, Map<String, String> headers,
            ClientCertificate certificate, List<String> secrets, Membership membership) {
    }

    /** Whether there is no such endpoint any more. */
    boolean isGone(String id) {
        return !current.containsKey(id);
    }

    /** Tells when an endpoint gets its deliveries again, or is gone. */
    void onResume(Consumer<Endpoint> listener) {
        onResume.add(listener);
    }

    /** Tells that an endpoint gets its deliveries again. */
    void tellResumed(Endpoint endpoint) {
        onResume.forEach(listener -> listener.accept(endpoint));
    }

    private void publish() {
        Map<String, Registered> next = new LinkedHashMap<>();
        byId.forEach((id, endpoint) -> {
            Registered before = current.get(id);
            next.put(id, new Registered(endpoint, before != null && before.endpoint().selection().equals(endpoint.selection())
                    ? before.selection() : endpoint.selection().compile()));
        });
        current = next;
    }

    /** Every endpoint, the oldest first. */
    public List<Endpoint> all() {
        return current.values().stream().map(Registered::endpoint).toList();
    }

    /** An endpoint by its id. */
    public Optional<Endpoint> find(String id) {
        return Optional.ofNullable(current.get(id)).map(Registered::endpoint);
    }

    /** Why an active endpoint is not sent anything now; empty when it is. */
    Optional<String> pulled(Endpoint endpoint) {
        return pulling.reason(endpoint);
    }

    Pulling pulling() {
        return pulling;
    }

    /** Whether there is an endpoint that may want an event, without a look at its body. */
    boolean mayMatch(Event event) {
        for (Registered each : current.values()) {
            if (each.selection().mayAccept(event)) {
                return true;
            }
        }
        return false;
    }

    /** Endpoints that want an event, and were registered before it was accepted. */
    List<Endpoint> matching(PositionedEvent positioned) {
        Event event = positioned.event();
        long offset = positioned.position().offset();
        Collection<Registered> all = current.values();
        if (all.isEmpty()) {
            return List.of();
        }
        List<Endpoint> found = new ArrayList<>();
        Supplier<JsonNode> body = parsedOnce(event);
        for (Registered each : all) {
            if (offset > each.endpoint().after() && each.selection().accepts(event, body)) {
                found.add(each.endpoint());
            }
        }
        return found;
    }

    /** The body of an event as JSON, read when somebody asks first; an empty object when it is none. */
    static Supplier<JsonNode> parsedOnce(Event event) {
        return new ParsedOnce(event);
    }

    /**
     * Registers an endpoint; returns once it is on disk.
     *
     * @throws ProblemException when the URL cannot be used (400 {@code invalid-endpoint-url}, {@code endpoint-address-refused}), a secret
     *     is malformed (400 {@code invalid-secret}) or there are too many (409 {@code too-many-endpoints})
     */
    public Endpoint register(Draft draft) {
        return register(draft, null, null);
    }

    private Endpoint register(Draft draft, String account, Instant lease) {
        long after = tail.getAsLong(); // before anything that may take time: what comes meanwhile is owed
        EndpointAddress address = address(draft);
        DeliveryRequest.check(draft.headers());
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        Instant now = clock.instant();
        Endpoint endpoint = new Endpoint("ep_" + HexFormat.of().formatHex(id), draft.name(), address, draft.selection(), draft.terms(),
                new Credentials(draft.headers(), draft.certificate(), keys(draft)), draft.membership(), account, Endpoint.Standing.GOOD,
                lease, after, now, now);
        synchronized (this) {
            if (byId.size() >= settings.mostEndpoints()) {
                throw new ProblemException(409, "too-many-endpoints", "There are " + byId.size()
                        + " endpoints already, which is as many as waystation.delivery.endpoints allows.");
            }
        }
        Store.await(rows.put(endpoint));
        synchronized (this) {
            byId.put(endpoint.id(), endpoint);
            publish();
        }
        return endpoint;
    }

    private EndpointAddress address(Draft draft) {
        draft.terms().options().probeUrl().ifPresent(this::checked);
        return draft.url() == null ? EndpointAddress.NOWHERE : checked(draft.url());
    }

    /**
     * Registers an endpoint of an account, or the one it has at this URL again: with the name and selection of now, a fresh
     * secret beside which the old ones sign until their overlap ends, and a new lease. Returns once it is on disk.
     *
     * @throws ProblemException as {@link #register} has it
     */
    Endpoint registerFor(String account, Draft draft, Instant lease) {
        EndpointAddress address = address(draft);
        synchronized (registering) { // two at once must not make two
            Optional<Endpoint> known = all().stream().filter(each -> account.equals(each.account()) && each.address().equals(address)
                    && (!each.pulls() || each.name().equals(draft.name()))).findFirst();
            if (known.isEmpty()) {
                return register(draft, account, lease);
            }
            rotate(known.get().id(), Optional.empty());
            Instant now = clock.instant();
            Endpoint again = Store.await(change(known.get().id(), endpoint -> new Endpoint(endpoint.id(), draft.name(), endpoint.address(),
                    draft.selection(), draft.terms().rate() > 0 ? endpoint.terms().withRate(draft.terms().rate()) : endpoint.terms(),
                    endpoint.credentials(), draft.membership(), account,
                    returned(endpoint.standing(), true), lease, endpoint.after(), endpoint.created(), now))).orElseThrow();
            tellResumed(again);
            return again;
        }
    }

    /** How an endpoint stands that shows itself again: what a person paused stays so. */
    private static Endpoint.Standing returned(Endpoint.Standing before, boolean registered) {
        boolean back = before.state() == EndpointState.EXPIRED || registered && before.state() == EndpointState.DISABLED;
        return back ? Endpoint.Standing.GOOD : before;
    }

    /** Renews the lease of an endpoint; one whose lease had run out gets its deliveries again. */
    CompletableFuture<Optional<Endpoint>> renew(String id, Instant lease) {
        Instant now = clock.instant();
        boolean back = find(id).map(endpoint -> endpoint.standing().state() == EndpointState.EXPIRED).orElse(false);
        return change(id, endpoint -> endpoint.with(returned(endpoint.standing(), false), now).leasedUntil(lease, now)).thenApply(renewed -> {
            if (back) {
                renewed.ifPresent(this::tellResumed);
            }
            return renewed;
        });
    }

    /** Stops deliveries to active endpoints whose lease has run out; what they are owed is kept. */
    void expireLeases() {
        Instant now = clock.instant();
        for (Endpoint endpoint : all()) {
            if (endpoint.standing().state() == EndpointState.ACTIVE && endpoint.lease().filter(now::isAfter).isPresent()) {
                stand(endpoint.id(), EndpointState.EXPIRED, "its lease ran out at " + endpoint.leaseUntil());
            }
        }
    }

    /** Reads a URL, and refuses literal addresses that deliveries may not go to. Names are looked up at every delivery. */
    public EndpointAddress checked(String url) {
        EndpointAddress address = EndpointAddress.of(url, settings.insecure());
        address.literal().flatMap(guard::refusal).ifPresent(reason -> {
            throw new ProblemException(400, "endpoint-address-refused", "Deliveries may not go there: " + reason
                    + ". An operator may allow it (waystation.delivery.allowed-addresses).");
        });
        return address;
    }

    private static List<SigningKey> keys(Draft draft) {
        List<SigningKey> keys = draft.secrets().isEmpty() ? List.of(SigningKey.random())
                : draft.secrets().stream().map(Endpoints::key).toList();
        boolean standard = draft.terms().styles().contains(SignatureStyle.STANDARD_WEBHOOKS);
        if (standard && keys.stream().noneMatch(SigningKey::isStandard)) {
            throw new ProblemException(400, "invalid-secret",
                    "The style standard-webhooks needs a secret that starts with whsec_ or whsk_; leave it out to be given one.");
        }
        return keys;
    }

    private static SigningKey key(String secret) {
        try {
            return new SigningKey(Secret.of(secret), null);
        } catch (IllegalArgumentException malformed) {
            throw new ProblemException(400, "invalid-secret", "The secret cannot be used: " + malformed.getMessage() + ".");
        }
    }

    /**
     * Gives an endpoint a new secret; the old ones sign beside it until their overlap ends. Returns once it is on disk.
     *
     * @param secret the new secret, or empty for a random one
     * @return the new secret, or empty when there is no such endpoint
     */
    public Optional<String> rotate(String id, Optional<String> secret) {
        SigningKey fresh = secret.map(Endpoints::key).orElseGet(SigningKey::random);
        Instant now = clock.instant();
        return Store.await(change(id, endpoint -> {
            List<SigningKey> keys = new ArrayList<>(List.of(fresh));
            endpoint.currentKeys(now).stream().limit(MOST_KEYS - 1).map(key -> key.until(now.plus(settings.overlap()))).forEach(keys::add);
            return endpoint.with(keys, now);
        })).map(endpoint -> fresh.secret().text());
    }

    /**
     * Changes what an endpoint is; its secrets, its standing and what it is owed stay, unless it moves: then it counts as working.
     *
     * @param wanted answers what it is to be; its secrets are not looked at
     * @throws ProblemException as {@link #register(Draft)} has it
     */
    public CompletableFuture<Optional<Endpoint>> edit(String id, Function<Endpoint, Draft> wanted) {
        Instant now = clock.instant();
        return change(id, before -> {
            Draft draft = wanted.apply(before);
            EndpointAddress address = address(draft);
            draft.terms().options().probeUrl().ifPresent(this::checked);
            DeliveryRequest.check(draft.headers());
            if (before.account() != null && (!address.equals(before.address()) || before.pulls() && !draft.name().equals(before.name()))) {
                throw new ProblemException(409, "endpoint-registers-itself",
                        "The endpoint registered itself; its place is what it is known by. Let it register again with another.");
            }
            boolean moved = !address.equals(before.address()) && before.standing().state() == EndpointState.ACTIVE;
            return new Endpoint(before.id(), draft.name(), address, draft.selection(), draft.terms(),
                    new Credentials(draft.headers(), draft.certificate(), before.keys()), draft.membership(), before.account(),
                    moved ? Endpoint.Standing.GOOD : before.standing(), before.leaseUntil(), before.after(), before.created(), now);
        }).thenApply(edited -> {
            edited.ifPresent(this::tellResumed);
            return edited;
        });
    }

    /** Stops deliveries to an endpoint; what it is owed is kept. */
    public CompletableFuture<Optional<Endpoint>> pause(String id, String reason) {
        return stand(id, EndpointState.PAUSED, reason);
    }

    /** The hub gives an endpoint up; what it is owed is kept. */
    CompletableFuture<Optional<Endpoint>> disable(String id, String reason) {
        return stand(id, EndpointState.DISABLED, reason);
    }

    private CompletableFuture<Optional<Endpoint>> stand(String id, EndpointState state, String reason) {
        Instant now = clock.instant();
        boolean already = find(id).map(endpoint -> endpoint.standing().state() == state).orElse(true);
        if (state != EndpointState.PAUSED && !already) { // who pauses one is noted where they ask for it
            LOG.warn("Endpoint {} is {}: {}; what it is owed is kept", id, state.text(), reason);
            AUDIT.info("hub {} endpoint {}: {}", state.text(), id, reason);
        }
        return change(id, endpoint -> endpoint.with(new Endpoint.Standing(state, reason, endpoint.standing().failingSince()), now));
    }

    /** Begins to deliver to an endpoint again, with what it is owed. */
    public CompletableFuture<Optional<Endpoint>> resume(String id) {
        Instant now = clock.instant();
        return change(id, endpoint -> endpoint.with(Endpoint.Standing.GOOD, now)).thenApply(resumed -> {
            resumed.ifPresent(this::tellResumed);
            return resumed;
        });
    }

    /** Records since when an endpoint fails, or that it no longer does. */
    void failing(String id, Instant since) {
        Instant now = clock.instant();
        change(id, endpoint -> endpoint.with(new Endpoint.Standing(endpoint.standing().state(), endpoint.standing().reason(), since), now))
                .exceptionally(failure -> {
                    LOG.warn("That endpoint {} {} could not be recorded", id, since == null ? "works again" : "fails", failure);
                    return Optional.empty();
                });
    }

    /** Removes an endpoint; what it is owed is cancelled as soon as it would be sent. Returns once that is on disk. */
    public boolean remove(String id) {
        Endpoint removed;
        synchronized (this) {
            removed = byId.remove(id);
            publish();
        }
        if (removed == null) {
            return false;
        }
        Store.await(rows.remove(id));
        tellResumed(removed);
        return true;
    }

    private synchronized CompletableFuture<Optional<Endpoint>> change(String id, UnaryOperator<Endpoint> change) {
        Endpoint before = byId.get(id);
        if (before == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Endpoint after = change.apply(before);
        byId.put(id, after);
        publish();
        return rows.put(after).thenApply(written -> Optional.of(after));
    }
}
