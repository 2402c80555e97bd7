package io.waystation.update.change;

import java.time.Clock;

import io.waystation.update.change.ManifestEntry.Held;
import io.waystation.update.change.ManifestEntry.Quarantined;

/** Puts the old binary back and quarantines the new version. Can be repeated after a kill. Not thread-safe. */
final class Rollback {
    private final ChangeProgress progress;
    private final ReloadTrial trial;
    private final DependentReloads after;
    private final BinaryFiles files;
    private final Clock clock;

    Rollback(ChangeProgress progress, ReloadTrial trial, DependentReloads after, BinaryFiles files, Clock clock) {
        this.progress = progress;
        this.trial = trial;
        this.after = after;
        this.files = files;
        this.clock = clock;
    }

    void run(ChangeState state, String why) {
        ManifestEntry entry = progress.write("rolling-back: " + why,
                now -> now.edit().changing(now.changing().because(ChangeStep.ROLLING_BACK, why)).done());
        try {
            progress.onDisk(() -> {
                files.back(entry.currentSha256());
                files.describe(entry.current(), entry.lastUpdated());
                return null;
            });
            wakeOld(entry);
            after.back(entry.changing().dependents());
        } catch (ChangeException failed) {
            stuck(state, why, failed);
        }
        progress.write("rolled-back", now -> now.edit().reached(state.target()).changing(null)
                .quarantine(new Quarantined(state.target(), why, clock.instant())).done());
        progress.onDisk(() -> {
            files.clean(true);
            return null;
        });
    }

    private void wakeOld(ManifestEntry entry) {
        String old = entry.currentSha256();
        if (!trial.hasProcess() || old == null) {
            trial.stop();
        } else if (entry.changing().reloaded() || trial.runsAnother(old)) {
            if (!trial.runs(old, null)) {
                trial.reload();
            }
            trial.ofOld(old);
        }
    }

    private void stuck(ChangeState state, String why, ChangeException failed) {
        if (failed.code().equals("interrupted")) {
            throw failed;
        }
        String both = why + "; and the old version: " + failed.getMessage();
        progress.write("stuck: " + failed.getMessage(),
                now -> now.edit().changing(now.changing().because(ChangeStep.STUCK, why))
                        .held(new Held(state.target(), "rollback-failed", both, clock.instant(), null)).done());
        throw ChangeException.refused("rollback-failed", both, failed);
    }
}
