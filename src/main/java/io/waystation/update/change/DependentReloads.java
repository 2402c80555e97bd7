package io.waystation.update.change;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

import io.waystation.update.change.ProcessControl.ProcessView;

/** Reloads the dependents of one subsystem, in their order. Can be repeated after a kill. Not thread-safe. */
final class DependentReloads {
    private final ChangeProgress progress;
    private final List<Dependent> dependents;
    private final ProcessControl control;
    private final RunningFile running;
    private final Clock clock;
    private final Boundary boundary;

    DependentReloads(ChangeProgress progress, List<Dependent> dependents, ProcessControl control, RunningFile running, Clock clock,
            Boundary boundary) {
        this.progress = progress;
        this.dependents = List.copyOf(dependents);
        this.control = control;
        this.running = running;
        this.clock = clock;
        this.boundary = boundary;
    }

    /** Reloads each and waits until it is healthy and has stood its soak; one that somebody has stopped stays so. */
    void run() {
        for (Dependent dependent : dependents) {
            List<String> touched = progress.state().dependents();
            int at = touched.indexOf(dependent.process());
            boolean first = at < 0 && control.view(dependent.process()).state() != ProcessView.State.ENDED;
            if (first || at >= 0 && at == touched.size() - 1) { // those before the last one were healthy before a kill
                progress.write("reloading " + dependent.process(),
                        now -> now.edit().changing(now.changing().reloading(dependent.process())).done());
                reload(dependent, true);
            }
        }
    }

    /** Lets those that were touched run with the old version again. */
    void back(List<String> touched) {
        for (Dependent dependent : dependents) {
            if (touched.contains(dependent.process())) {
                reload(dependent, false);
            }
        }
    }

    private void reload(Dependent dependent, boolean soak) {
        ReloadTrial trial = new ReloadTrial(dependent.place(), control, dependent.gate(), running, boundary);
        String digest = progress.onDisk(() -> DurableFile.digest(dependent.place().current()));
        Instant since = clock.instant();
        try {
            trial.reload();
            if (soak) {
                trial.ofNew(digest, since);
            } else {
                trial.ofOld(digest);
            }
        } catch (ChangeException notWell) {
            throw notWell.of(dependent.process());
        }
    }
}
