package io.waystation.update.change;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import io.waystation.update.UpstreamVersion;
import io.waystation.update.change.ManifestEntry.Quarantined;

/**
 * Puts another binary in the place of one subsystem's, proves it, or puts the old one back.
 *
 * <p>The steps are {@link #begin}, a build or download, {@link #stage}, {@link #verify}, {@link #swap}, {@link #reload},
 * {@link #awaitHealthy}, {@link #reloadDependents}, {@link #commit}; and {@link #abandon} before the swap, {@link #rollback} from it on. Each writes
 * to the manifest what it is about to do, can be repeated, and does what is missing when it was killed in the middle; so
 * after a kill a caller repeats the step it was in, or calls {@link #recover}. From the swap on {@link #finish} does all
 * that is left. At every moment the binary is whole, and the manifest tells which one it is or between which two it is.
 *
 * <p>Not thread-safe: one lane per subsystem. Blocks.
 */
public final class Change {
    private final Installation place;
    private final ChangeProgress progress;
    private final ReloadTrial trial;
    private final BinaryFiles files;
    private final DependentReloads after;
    private final Rollback back;
    private final Clock clock;

    /** Changes this installation, after whose process these are reloaded, in this order. */
    public Change(Installation place, Manifest manifest, ProcessControl control, HealthGate gate, List<Dependent> dependents,
            Clock clock) {
        this(place, manifest, control, gate, dependents, new RunningFile(), clock, Boundary.NONE);
    }

    Change(Installation place, Manifest manifest, ProcessControl control, HealthGate gate, List<Dependent> dependents,
            RunningFile running, Clock clock, Boundary boundary) {
        this.place = place;
        this.progress = new ChangeProgress(place, manifest, boundary);
        this.trial = new ReloadTrial(place, control, gate, running, boundary);
        this.files = new BinaryFiles(place, boundary);
        this.after = new DependentReloads(progress, dependents, control, running, clock, boundary);
        this.back = new Rollback(progress, trial, after, files, clock);
        this.clock = clock;
    }

    /**
     * What was staged.
     *
     * @param sha256 its digest
     * @param size its bytes
     * @param unchanged whether it is the very file in use: then {@link #keepCurrent} ends the change, with no reload and
     *     no release
     */
    public record Staged(String sha256, long size, boolean unchanged) { }

    /** What the manifest says of this subsystem. */
    public ManifestEntry entry() {
        return progress.entry();
    }

    /**
     * Begins a change, before anything is built or downloaded. A binary that somebody else put in place is noted first.
     *
     * @param version what it leads to
     * @param by the operation or person
     * @throws ChangeException {@code quarantined}, {@code change-under-way} or {@code stuck}
     */
    public void begin(UpstreamVersion version, String by) {
        begin(Artefact.of(version), by);
    }

    private void begin(Artefact target, String by) {
        progress.onDisk(() -> {
            ManifestEntry entry = settle();
            ChangeState under = entry.changing();
            if (under != null && !under.step().beforeSwap()) {
                throw ChangeException.refused(under.step() == ChangeStep.STUCK ? "stuck" : "change-under-way",
                        "the change to " + under.target() + " is not finished: " + under.step());
            }
            if (entry.isQuarantined(target)) {
                throw ChangeException.refused("quarantined", target + " was rolled back before; let it be tried again with unquarantine");
            }
            if (under != null) {
                files.restore(entry.currentSha256());
            }
            files.clean(true);
            files.forgetOlder();
            progress.write("begun", by, now -> now.edit().changing(ChangeState.begun(target, by, clock.instant())).done());
            if (place.buildsInPlace()) {
                files.keep();
            }
            return null;
        });
    }

    /** Notes the binary in place when it is not the one the manifest names and no change is under way. */
    private ManifestEntry settle() throws IOException {
        ManifestEntry entry = entry();
        String live = files.current();
        if (entry.changing() != null || Objects.equals(entry.currentSha256(), live)) {
            return entry;
        }
        return progress.write(entry.currentSha256() == null ? "found" : "changed-outside", "waystation",
                now -> now.edit().current(Artefact.file(live), clock.instant()).done());
    }

    /** Stages what a build or a download task left at {@link Installation#built}. */
    public Staged stage() {
        return stage(() -> files.takeBuilt(entry().currentSha256()));
    }

    /** Stages a file of the staging folder, such as one out of an archive. */
    public Staged stage(Path file) {
        return stage(() -> {
            if (Files.exists(file)) {
                files.takeFile(file);
            }
        });
    }

    private interface Action {
        void run() throws IOException;
    }

    private Staged stage(Action take) {
        return progress.onDisk(() -> {
            ManifestEntry entry = entry();
            if (progress.state().step() == ChangeStep.BUILDING) {
                take.run();
                String digest = files.staged();
                if (digest == null) {
                    throw ChangeException.refused("artefact-missing", "nothing was staged at " + place.staged());
                }
                long size = Files.size(place.staged());
                entry = progress.write("staged", now -> now.edit().changing(now.changing().staged(digest, size)).done());
            }
            ChangeState state = entry.changing();
            return new Staged(state.target().sha256(), state.size(), state.target().sha256().equals(entry.currentSha256()));
        });
    }

    /**
     * Compares the staged file with what is expected of it.
     *
     * @param sha256 expected digest, or null when only the file itself is known
     * @param size expected bytes, or -1
     * @throws ChangeException {@code wrong-size}, {@code wrong-digest}, {@code staged-changed} or {@code quarantined}
     */
    public void verify(String sha256, long size) {
        progress.onDisk(() -> {
            ManifestEntry entry = entry();
            ChangeState state = progress.state();
            if (!state.step().beforeSwap()) {
                return null;
            }
            if (size >= 0 && size != state.size()) {
                throw ChangeException.refused("wrong-size", "the staged file has " + state.size() + " bytes, not " + size);
            }
            if (sha256 != null && !sha256.equals(state.target().sha256())) {
                throw ChangeException.refused("wrong-digest", "the staged file has sha256 " + state.target().sha256() + ", not " + sha256);
            }
            if (state.target().sha256() == null || !state.target().sha256().equals(files.staged())) {
                throw ChangeException.refused("staged-changed", place.staged() + " is not the file that was staged");
            }
            if (entry.isQuarantined(Artefact.file(state.target().sha256()))) {
                throw ChangeException.refused("quarantined", "this very file was rolled back before, under another version");
            }
            progress.step("verified", ChangeStep.VERIFIED);
            return null;
        });
    }

    /** Ends a change whose file is the very one in use: only the version is noted. */
    public void keepCurrent() {
        progress.onDisk(() -> {
            ManifestEntry entry = entry();
            ChangeState state = entry.changing();
            if (state == null) {
                return null;
            }
            if (!state.step().beforeSwap() || !Objects.equals(state.target().sha256(), entry.currentSha256())) {
                throw ChangeException.refused("not-the-same", "the staged file is not the one in use");
            }
            files.describe(state.target(), clock.instant());
            progress.write("unchanged", now -> now.edit().reached(state.target()).current(state.target(), clock.instant()).changing(null).done());
            files.clean(true);
            return null;
        });
    }

    /** Makes the verified file the one in use, and the one in use the previous one. From here on: finish or roll back. */
    public void swap() {
        progress.onDisk(() -> {
            ManifestEntry entry = entry();
            ChangeState state = progress.state();
            if (state.step() != ChangeStep.VERIFIED && state.step() != ChangeStep.SWAPPING) {
                ChangeProgress.require(state, ChangeStep.SWAPPED, ChangeStep.RELOADING, ChangeStep.HEALTHY);
                return null;
            }
            progress.step("swapping", ChangeStep.SWAPPING);
            files.swap(entry.currentSha256(), state.target().sha256());
            Instant swappedAt = clock.instant();
            files.describe(state.target(), swappedAt);
            progress.write("swapped", now -> now.edit().changing(now.changing().swapped(swappedAt)).done());
            return null;
        });
    }

    /** Lets the process run the new file. Repeated after a kill, it reloads only when the new file does not run yet. */
    public void reload() {
        ChangeState state = progress.state();
        ChangeProgress.require(state, ChangeStep.SWAPPED, ChangeStep.RELOADING, ChangeStep.HEALTHY);
        if (state.step() == ChangeStep.HEALTHY) {
            return;
        }
        boolean begun = state.step() == ChangeStep.RELOADING;
        progress.step("reloading", ChangeStep.RELOADING);
        if (trial.hasProcess() && !(begun && trial.runs(state.target().sha256(), state.swappedAt()))) {
            trial.reload();
        }
    }

    /**
     * Waits until the new version is ready and has stood its soak.
     *
     * @throws ChangeException when it is not; then {@link #rollback}
     */
    public HealthGate.Report awaitHealthy() {
        ChangeState state = progress.state();
        ChangeProgress.require(state, ChangeStep.RELOADING, ChangeStep.HEALTHY);
        HealthGate.Report report = trial.ofNew(state.target().sha256(), state.swappedAt());
        progress.step("healthy", ChangeStep.HEALTHY);
        return report;
    }

    /**
     * Lets the processes that depend on this one run with its new version, one after the other, each healthy before the
     * next. Repeated after a kill, it goes on with the one it was at.
     *
     * @throws ChangeException when one is not healthy; then {@link #rollback}, which reloads those touched once more
     */
    public void reloadDependents() {
        ChangeProgress.require(progress.state(), ChangeStep.HEALTHY);
        after.run();
    }

    /** Ends the change: the new version is current, the old one previous. */
    public void commit() {
        progress.onDisk(() -> {
            ChangeState state = entry().changing();
            if (state != null) {
                ChangeProgress.require(state, ChangeStep.HEALTHY);
                progress.write("committed", now -> now.edit().reached(state.target()).previous(now.currentSha256() == null ? null : now.current())
                        .current(state.target(), clock.instant()).changing(null).done());
            }
            files.forgetOlder();
            files.clean(true);
            return null;
        });
    }

    /** Gives up before the swap; the binary in use is what it was. Does nothing when no change is under way. */
    public void abandon(String reason) {
        progress.onDisk(() -> {
            ManifestEntry entry = entry();
            if (entry.changing() == null) {
                return null;
            }
            if (!entry.changing().step().beforeSwap()) {
                throw ChangeException.refused("too-late", "the binary may be the new one already; finish or roll back");
            }
            files.restore(entry.currentSha256());
            progress.write("abandoned: " + reason, now -> now.edit().changing(null).done());
            files.clean(true);
            return null;
        });
    }

    /**
     * Puts the old binary back, reloads its process when it was touched, waits until that is ready, and quarantines the
     * new version, so that no event brings it again. Before the swap it only abandons.
     *
     * @param reason why, for a person
     * @throws ChangeException {@code rollback-failed} when the old version is not well either: the change stays
     *     {@link ChangeStep#STUCK} until a person rolls back again
     */
    public void rollback(String reason) {
        ChangeState state = entry().changing();
        if (state == null) {
            return;
        }
        if (state.step().beforeSwap()) {
            abandon(reason);
            return;
        }
        back.run(state, state.reason() == null ? reason : state.reason());
    }

    /**
     * Goes on from the swap to the commit, or to the rollback when something is not well.
     *
     * @throws ChangeException what was not well; its change is rolled back then, or stuck when the code is
     *     {@code rollback-failed}
     */
    public HealthGate.Report finish() {
        ChangeState state = progress.state();
        if (state.step() == ChangeStep.ROLLING_BACK || state.step() == ChangeStep.STUCK) {
            rollback(state.reason());
            throw ChangeException.refused("rolled-back", state.reason());
        }
        try {
            swap();
            reload();
            HealthGate.Report report = awaitHealthy();
            reloadDependents();
            commit();
            return report;
        } catch (ChangeException notWell) {
            if (!notWell.code().equals("interrupted")) {
                rollback(notWell.code() + ": " + notWell.getMessage());
            }
            throw notWell;
        }
    }

    /**
     * Does away with what a killed hub left: before the swap the change is abandoned, from it on finished or rolled back.
     * Also notes a binary that somebody else put in place. Call it before any lane opens.
     *
     * @return whether a change was found
     * @throws ChangeException as {@link #finish}
     */
    public boolean recover() {
        ChangeState state = progress.onDisk(this::settle).changing();
        if (state == null) {
            progress.onDisk(() -> {
                files.clean(true);
                files.forgetOlder();
                return null;
            });
            return false;
        }
        if (state.step().beforeSwap()) {
            abandon("the hub ended while it was " + state.step());
        } else if (state.step() != ChangeStep.STUCK) {
            finish();
        }
        return true;
    }

    /**
     * Goes back to the previous version, as a person may wish, and quarantines the one in use.
     *
     * @param by the operation or person
     * @param reason why, for the quarantine
     */
    public HealthGate.Report undo(String by, String reason) {
        ManifestEntry entry = entry();
        if (entry.changing() == null || entry.changing().step().beforeSwap()) {
            Artefact good = entry.previous();
            if (good == null) {
                throw ChangeException.refused("previous-missing", "no previous version of " + place.subsystem() + " is kept");
            }
            if (entry.isQuarantined(good)) {
                throw ChangeException.refused("quarantined", "the previous version " + good + " was rolled back before");
            }
            progress.write("undo: " + reason, by, now -> now.edit().wanted(null)
                    .quarantine(new Quarantined(now.current(), reason, clock.instant())).done());
            begin(good.as(null), by);
            stage(files::takePrevious);
            verify(good.sha256(), -1);
        }
        return finish();
    }
}
