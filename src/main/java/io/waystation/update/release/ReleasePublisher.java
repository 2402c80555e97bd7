package io.waystation.update.release;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.release.ReleaseLedger.State;

/**
 * Signs releases of this hub and lets them out, each with the next serial of its subsystem.
 *
 * <p>A release is {@linkplain #prepare prepared} before its files are out, so that what is uploaded is what will be announced,
 * and {@linkplain #announce announced} afterwards. Both may be repeated after a kill and then change nothing. Whatever is
 * announced goes to the log as an event, once, also when the hub dies in between. Thread-safe; waits for the store.
 */
public final class ReleasePublisher {
    private final ReleaseLedger ledger;
    private final ReleaseSettings settings;
    private final Supplier<RolloutPolicy> policy;
    private final Consumer<Entry> teller;
    private final Clock clock;

    /**
     * A publisher.
     *
     * @param policy who may have a version first
     * @param teller sees to it that a release reaches the log; told the same one twice, it tells it once
     */
    public ReleasePublisher(ReleaseLedger ledger, ReleaseSettings settings, Supplier<RolloutPolicy> policy, Consumer<Entry> teller, Clock clock) {
        this.ledger = ledger;
        this.settings = settings;
        this.policy = policy;
        this.teller = teller;
        this.clock = clock;
    }

    /** Whether this hub has a key to sign with. */
    public boolean canSign() {
        return settings.signer().isPresent();
    }

    /**
     * Signs a new release that nobody sees yet. The same release once more is the very same bytes.
     *
     * @throws IllegalStateException without a signing key
     */
    public Entry prepare(NewRelease release) {
        SigningKey key = key();
        List<ReleaseArtefact> parts = ledger.parts(release.subsystem(), release.version());
        Rollout rollout = policy.get().first(release.subsystem(), release.version().version(), new Rollout(100, settings.jitter(), false, null));
        return ledger.next(release.subsystem(), (published, prepared, serial) -> {
            Optional<Entry> out = published.filter(entry -> release.isThatOf(entry.manifest()));
            Optional<Entry> ready = prepared.filter(entry -> serial(published) < entry.manifest().serial());
            if (out.isPresent()) {
                return out.get();
            }
            if (ready.filter(entry -> release.isThatOf(entry.manifest())).isPresent()) {
                return ready.get();
            }
            Instant now = clock.instant();
            long own = ready.map(entry -> entry.manifest().serial()).orElse(serial); // nobody has seen that one
            return signed(State.PREPARED, new ReleaseManifest(ReleaseManifest.SCHEMA, own, release.subsystem(), release.version().version(),
                    release.version().tag(), release.version().commit(), release.repository(), now, now.plus(settings.lifetime()),
                    release.minimumCurrent(), release.artefacts(), rollout, settings.vouched()).with(parts), key);
        });
    }

    private static long serial(Optional<Entry> entry) {
        return entry.map(found -> found.manifest().serial()).orElse(0L);
    }

    /**
     * Lets a prepared release out. When others of its subsystem went out meanwhile, or it has waited for long, it is signed again.
     *
     * @return what is out
     */
    public ReleaseManifest announce(NewRelease release) {
        SigningKey key = key();
        ReleaseManifest announced = tell(ledger.next(release.subsystem(), (published, prepared, serial) -> {
            Optional<Entry> out = published.filter(entry -> release.isThatOf(entry.manifest()));
            if (out.isPresent()) {
                return out.get();
            }
            Entry ready = prepared.filter(entry -> release.isThatOf(entry.manifest()))
                    .orElseThrow(() -> new IllegalStateException("the release of " + release.subsystem() + " was not prepared"));
            boolean fresh = clock.instant().isBefore(ready.manifest().published().plus(settings.lifetime().dividedBy(2)));
            return fresh && serial(published) < ready.manifest().serial()
                    ? new Entry(State.PUBLISHED, ready.manifest(), ready.envelope(), null)
                    : again(ready.manifest(), serial, ready.manifest().rollout(), key);
        }));
        return complete(release.subsystem()).orElse(announced);
    }

    /**
     * Publishes the newest release of a subsystem again, with the next serial, if other hubs have built it for platforms it has no file for.
     *
     * @return what was published; empty when there was nothing to add
     * @throws IllegalStateException without a signing key
     */
    public Optional<ReleaseManifest> complete(String subsystem) {
        SigningKey key = key();
        Optional<ReleaseManifest> newest = ledger.published(subsystem).map(Entry::manifest);
        List<ReleaseArtefact> parts = newest.map(manifest -> ledger.parts(subsystem, manifest.upstream())).orElse(List.of());
        if (newest.isEmpty() || newest.get().with(parts).equals(newest.get())) {
            return Optional.empty();
        }
        return Optional.of(tell(ledger.next(subsystem, (published, prepared, serial) -> {
            ReleaseManifest now = published.orElseThrow().manifest();
            boolean other = !now.upstream().equals(newest.get().upstream());
            return other || now.with(parts).equals(now) ? published.get() : again(now.with(parts), serial, now.rollout(), key);
        })));
    }

    /**
     * Publishes the newest release of a subsystem again, with the next serial.
     *
     * @param admits percent of machines that may have it now
     * @param halted whether nobody begins it any more
     * @param reason why, for a person; may be null
     * @throws IllegalStateException when nothing is out yet, or there is no signing key
     */
    public ReleaseManifest publish(String subsystem, int admits, boolean halted, String reason) {
        SigningKey key = key();
        return tell(ledger.next(subsystem, (published, prepared, serial) -> {
            ReleaseManifest newest = published.map(Entry::manifest)
                    .orElseThrow(() -> new IllegalStateException("nothing of " + subsystem + " was released yet"));
            return again(newest, serial, new Rollout(admits, newest.rollout().jitter(), halted, reason), key);
        }));
    }

    /**
     * The same, unless another one is the newest by now than the one that was decided on.
     *
     * @param seen the newest manifest when it was decided
     * @return whether it was published
     * @throws IllegalStateException when nothing is out yet, or there is no signing key
     */
    public boolean publish(ReleaseManifest seen, Rollout rollout) {
        SigningKey key = key();
        AtomicBoolean done = new AtomicBoolean();
        Entry newest = ledger.next(seen.subsystem(), (published, prepared, serial) -> {
            Entry out = published.orElseThrow(() -> new IllegalStateException("nothing of " + seen.subsystem() + " was released yet"));
            done.set(out.manifest().serial() == seen.serial());
            return done.get() ? again(out.manifest(), serial, rollout, key) : out;
        });
        tell(newest);
        return done.get();
    }

    /** Signs again what has lived for more than half of its time, so that a machine that was away still finds a valid release. */
    public void refresh() {
        if (!canSign()) {
            return;
        }
        for (String subsystem : ledger.subsystems()) {
            ReleaseManifest newest = ledger.published(subsystem).map(Entry::manifest).orElseThrow();
            Duration age = Duration.between(newest.published(), clock.instant());
            if (age.compareTo(settings.lifetime().dividedBy(2)) >= 0) {
                publish(subsystem, newest.rollout().admits(), newest.rollout().halted(), newest.rollout().reason());
            }
        }
    }

    /** Sees to it that what is out reaches the log, if the hub died before it did. */
    public void tellAll() {
        ledger.untold().forEach(teller);
    }

    private ReleaseManifest tell(Entry entry) {
        teller.accept(entry);
        return entry.manifest();
    }

    private Entry again(ReleaseManifest manifest, long serial, Rollout rollout, SigningKey key) {
        Instant now = clock.instant();
        return signed(State.PUBLISHED, manifest.again(serial, rollout, now, now.plus(settings.lifetime()), settings.vouched()), key);
    }

    private static Entry signed(State state, ReleaseManifest manifest, SigningKey key) {
        return new Entry(state, manifest, Envelope.sign(Envelope.RELEASE, ReleaseCodec.write(manifest), List.of(key)), null);
    }

    private SigningKey key() {
        return settings.signer().orElseThrow(() -> new IllegalStateException(
                "waystation.releases.signing-key is not set, and what is not signed is not released"));
    }

    /** Name of a release's event, and of the work that brings it to the log. */
    static String id(ReleaseManifest manifest) {
        return manifest.subsystem() + "-" + manifest.serial();
    }
}
