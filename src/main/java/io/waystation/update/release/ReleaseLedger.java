package io.waystation.update.release;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.waystation.store.Store;
import io.waystation.update.UpstreamVersion;

/** The signed releases that this hub has made, and those of another hub that it has accepted or refused. Thread-safe; waits for the store. */
public final class ReleaseLedger {
    private final Store store;
    private final Clock clock;

    /** How far a release has come. */
    public enum State {
        /** Signed here; its serial is taken, but nobody has seen it. */
        PREPARED,
        /** Signed here, and out. */
        PUBLISHED,
        /** Another hub's, and acted on here. */
        ACCEPTED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String code) {
            return Arrays.stream(values()).filter(state -> state.code().equals(code)).findFirst().orElseThrow();
        }
    }

    /**
     * One release.
     *
     * @param manifest what it says
     * @param envelope the same, signed
     * @param notBefore when this machine may act on it, for an accepted one; else null
     */
    public record Entry(State state, ReleaseManifest manifest, Envelope envelope, Instant notBefore) { }

    /**
     * A release that was not accepted.
     *
     * @param event id of the event that brought it
     * @param subsystem what it said it was of; nobody vouches for that
     * @param code a {@link Refusal#code()}
     * @param reason for a person
     * @param at when
     */
    public record Refused(String event, String subsystem, String code, String reason, Instant at) { }

    /** In a store. */
    public ReleaseLedger(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The newest release that is out. */
    public Optional<Entry> published(String subsystem) {
        return newest(State.PUBLISHED, subsystem);
    }

    /** What was signed and is not out. */
    public Optional<Entry> prepared(String subsystem) {
        return newest(State.PREPARED, subsystem);
    }

    private Optional<Entry> newest(State state, String subsystem) {
        return store.read(handle -> ReleaseRows.list(handle, state, subsystem, 1)).stream().findFirst();
    }

    /** Releases that were accepted, the newest first. */
    public List<Entry> accepted(String subsystem, int most) {
        return store.read(handle -> ReleaseRows.list(handle, State.ACCEPTED, subsystem, most));
    }

    /** Subsystems of which something is out. */
    public List<String> subsystems() {
        return store.read(ReleaseRows::published);
    }

    /** Releases that are out and of which the log may not know yet, oldest first. */
    List<Entry> untold() {
        return store.read(ReleaseRows::untold);
    }

    void told(String subsystem, long serial) {
        store.writeNow(handle -> {
            ReleaseRows.told(handle, subsystem, serial, clock.instant());
            return null;
        });
    }

    /** Makes a release with the next serial in one transaction, so that no serial is used twice. */
    Entry next(String subsystem, Making making) {
        return store.writeNow(handle -> {
            Entry entry = making.make(ReleaseRows.list(handle, State.PUBLISHED, subsystem, 1).stream().findFirst(),
                    ReleaseRows.list(handle, State.PREPARED, subsystem, 1).stream().findFirst(), ReleaseRows.highestOwn(handle, subsystem) + 1);
            ReleaseRows.put(handle, entry, clock.instant());
            return entry;
        });
    }

    /** Makes a release out of the newest one that is out, the one that is prepared, and the next serial. Must be quick. */
    @FunctionalInterface
    interface Making {
        Entry make(Optional<Entry> published, Optional<Entry> prepared, long nextSerial);
    }

    /** Takes back what nobody has seen. */
    void forget(Entry prepared) {
        store.writeNow(handle -> {
            ReleaseRows.forget(handle, prepared.manifest().subsystem(), prepared.manifest().serial());
            return null;
        });
    }

    /** Keeps a release of another hub, and the keys it vouches for. */
    void accept(Entry entry, String signer) {
        store.writeNow(handle -> {
            ReleaseRows.put(handle, entry, clock.instant());
            ReleaseRows.vouch(handle, entry.manifest().keys(), signer, clock.instant());
            return null;
        });
    }

    /**
     * Keeps the files of another hub's release of a version, for the releases that this hub makes of it.
     *
     * @param hub its name
     * @param platforms what it may have files for, such as {@code linux/arm64}
     */
    void keepParts(String hub, ReleaseManifest manifest, Set<String> platforms) {
        store.writeNow(handle -> {
            manifest.artefacts().stream().filter(file -> platforms.contains(file.os() + "/" + file.arch()))
                    .forEach(file -> ReleasePartRows.put(handle, manifest, file, hub, clock.instant()));
            ReleasePartRows.taken(handle, hub, manifest);
            return null;
        });
    }

    /** Forgets the files of another hub's release of a version; answers how many there were. */
    int dropParts(String hub, ReleaseManifest manifest) {
        return store.writeNow(handle -> {
            ReleasePartRows.taken(handle, hub, manifest);
            return ReleasePartRows.drop(handle, manifest, hub);
        });
    }

    /** Serial of another hub's last release whose files were kept or forgotten; 0 before the first. */
    long partsSerial(String hub, String subsystem) {
        return store.read(handle -> ReleasePartRows.serial(handle, hub, subsystem));
    }

    /** Files that other hubs have built of a version. */
    List<ReleaseArtefact> parts(String subsystem, UpstreamVersion version) {
        return store.read(handle -> ReleasePartRows.list(handle, subsystem, version));
    }

    /** Notes that a release was not accepted. */
    void refuse(String event, String subsystem, ReleaseException why) {
        store.writeNow(handle -> {
            ReleaseRows.refuse(handle, event, subsystem, why.refusal(), why.getMessage(), clock.instant());
            return null;
        });
    }

    /** What was not accepted, the newest first. */
    public List<Refused> refusals(Optional<String> subsystem, int most) {
        return store.read(handle -> ReleaseRows.refusals(handle, subsystem, most));
    }

    /** Keys that were vouched for. */
    public List<TrustedKeys.Vouched> keys() {
        return store.read(ReleaseRows::keys);
    }
}
