package io.waystation.update.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.store.Store;
import io.waystation.update.release.MachinePlace;
import io.waystation.update.release.ReleaseManifest;
import io.waystation.update.release.Rollout;

/**
 * Bean {@code rollouts}: opens releases to more and more machines by what these report, and halts them. Thread-safe; waits for
 * the store.
 *
 * <p>How far a rollout is stands in the newest published manifest and nowhere else, so that a hub that was killed while it
 * opened a ring finds out from there whether it had.
 */
public final class Rollouts {
    /** Fault point before a ring is opened. */
    static final String OPENING = "ring";
    /** Fault point when a ring was opened. */
    static final String OPENED = "ring-opened";
    private static final Logger AUDIT = LoggerFactory.getLogger("waystation.audit");
    private static final int EVERYBODY = 100;

    private final Map<String, RingPolicy> policies = new ConcurrentHashMap<>();
    private final Store store;
    private final PublishedReleases releases;
    private final Clock clock;
    private final Consumer<String> fault;
    private final FleetMeters meters;

    /**
     * Rollouts of these releases.
     *
     * @param fault told of the fault points as they are reached
     */
    Rollouts(Store store, PublishedReleases releases, Clock clock, Consumer<String> fault, FleetMeters meters) {
        this.store = store;
        this.releases = releases;
        this.clock = clock;
        this.fault = fault;
        this.meters = meters;
    }

    void add(String subsystem, RingPolicy policy) {
        policies.put(subsystem, policy);
        meters.follow(subsystem, () -> view(subsystem));
    }

    void remove(String subsystem, RingPolicy policy) {
        if (policies.remove(subsystem, policy)) {
            meters.leave(subsystem);
        }
    }

    /** How a subsystem is rolled out, if a route says so. */
    public Optional<RingPolicy> policy(String subsystem) {
        return Optional.ofNullable(policies.get(subsystem));
    }

    /** Percent of machines that a new version is open to at first: all, unless a route says otherwise. */
    public int first(String subsystem) {
        return policy(subsystem).map(RingPolicy::first).orElse(EVERYBODY);
    }

    /** Subsystems that are published, rolled out or reported about, by name. */
    public List<String> subsystems() {
        TreeSet<String> names = new TreeSet<>(releases.subsystems());
        names.addAll(policies.keySet());
        names.addAll(store.read(FleetRows::subsystems));
        return List.copyOf(names);
    }

    /**
     * A rollout as it is now.
     *
     * @param manifest the newest that was published
     * @param policy how it is rolled out
     * @param count what machines have said that it is open to
     * @param verdict what is to be done; empty while it is halted
     */
    public record View(ReleaseManifest manifest, RingPolicy policy, RingCount count, Optional<RingVerdict> verdict) { }

    /** How far the newest release of a subsystem is; empty when there is none, or no route rolls it out. */
    public Optional<View> view(String subsystem) {
        RingPolicy policy = policies.get(subsystem);
        return policy == null ? Optional.empty() : releases.newest(subsystem).map(manifest -> view(manifest, policy));
    }

    private View view(ReleaseManifest manifest, RingPolicy policy) {
        Instant now = clock.instant();
        String subsystem = manifest.subsystem();
        String version = manifest.version();
        Rollout rollout = manifest.rollout();
        TreeMap<Integer, Instant> rings = store.read(handle -> FleetRows.rings(handle, subsystem, version));
        Instant opened = rings.computeIfAbsent(rollout.admits(), unseen -> manifest.published());
        Optional<Instant> forgiven = store.read(handle -> FleetRows.resumed(handle, subsystem, version));
        List<RingCount.Member> members = new ArrayList<>();
        for (FleetMember machine : store.read(handle -> FleetRows.members(handle, subsystem, now.minus(policy.retired())))) {
            Map.Entry<Integer, Instant> ring = rings.headMap(rollout.admits(), true).higherEntry(MachinePlace.of(machine.machine(), subsystem, version));
            if (ring != null) {
                boolean said = version.equals(machine.version());
                members.add(new RingCount.Member(said ? machine.state() : null, machine.receivedAt(),
                        later(ring.getValue(), machine.enrolledAt())));
            }
        }
        RingCount count = RingCount.of(members, policy.silence().plus(rollout.jitter()), forgiven.orElse(null), now);
        return new View(manifest, policy, count, rollout.halted() ? Optional.empty()
                : Optional.of(RingVerdict.of(policy, count, rollout.admits(), opened, now)));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * Looks at a rollout, and opens its next ring or halts it when it is time.
     *
     * @return what was done; empty when there was nothing to look at
     */
    public synchronized Optional<RingVerdict> look(String subsystem) {
        Optional<View> view = view(subsystem);
        if (view.isEmpty()) {
            return Optional.empty();
        }
        ReleaseManifest manifest = view.get().manifest();
        Rollout rollout = manifest.rollout();
        if (!store.read(handle -> FleetRows.rings(handle, subsystem, manifest.version())).containsKey(rollout.admits())) {
            store.writeNow(handle -> {
                FleetRows.opened(handle, subsystem, manifest.version(), rollout.admits(), manifest.published());
                return null;
            });
        }
        return view.get().verdict().filter(verdict -> switch (verdict.action()) {
            case OPEN -> publish(manifest, verdict.admits(), false, verdict.reason());
            case HALT -> publish(manifest, rollout.admits(), true, verdict.reason());
            default -> true;
        });
    }

    private boolean publish(ReleaseManifest manifest, int admits, boolean halted, String reason) {
        fault.accept(OPENING);
        boolean published = releases.publish(manifest, new Rollout(admits, manifest.rollout().jitter(), halted, reason));
        fault.accept(OPENED);
        if (published) {
            AUDIT.info("the release {} of {} is {} {} % of machines: {}", manifest.version(), manifest.subsystem(),
                    halted ? "halted at" : "open to", admits, reason);
        }
        return published;
    }

    /**
     * Stops a release at once: no machine begins it any more; who has it keeps it.
     *
     * @param reason why, for a person
     * @return the manifest that is the newest then
     * @throws FleetException {@code no-such-release}
     */
    public synchronized ReleaseManifest halt(String subsystem, String reason) {
        while (true) {
            ReleaseManifest manifest = newest(subsystem);
            if (manifest.rollout().halted() || publish(manifest, manifest.rollout().admits(), true, reason)) {
                return newest(subsystem);
            }
        }
    }

    /**
     * Lets a halted release go on where it was. Failures so far do not count against it any more.
     *
     * @param by who wants it
     * @throws FleetException {@code no-such-release} or {@code not-halted}
     */
    public synchronized ReleaseManifest resume(String subsystem, String by) {
        ReleaseManifest manifest = newest(subsystem);
        if (!manifest.rollout().halted()) {
            throw new FleetException("not-halted", "The release " + manifest.version() + " of " + subsystem + " is not halted.");
        }
        store.writeNow(handle -> {
            FleetRows.resumed(handle, subsystem, manifest.version(), by, clock.instant());
            return null;
        });
        publish(manifest, manifest.rollout().admits(), false, "resumed by " + by);
        return newest(subsystem);
    }

    /** The newest manifest of a subsystem, if it has one. */
    public Optional<ReleaseManifest> find(String subsystem) {
        return releases.newest(subsystem);
    }

    /** Machines that count for a subsystem: those not heard of for too long are left out. */
    public Duration retired(String subsystem, Duration usual) {
        return policy(subsystem).map(RingPolicy::retired).orElse(usual);
    }

    private ReleaseManifest newest(String subsystem) {
        return releases.newest(subsystem).orElseThrow(() ->
                new FleetException("no-such-release", "No release of " + subsystem + " was published by this hub."));
    }
}
