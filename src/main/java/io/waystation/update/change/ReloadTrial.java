package io.waystation.update.change;

import java.time.Instant;

import io.waystation.update.change.ProcessControl.ProcessView;

/** Reloads the process of one installation and puts it on trial. Not thread-safe. */
final class ReloadTrial {
    private final Installation place;
    private final ProcessControl control;
    private final HealthGate gate;
    private final RunningFile running;
    private final Boundary boundary;

    ReloadTrial(Installation place, ProcessControl control, HealthGate gate, RunningFile running, Boundary boundary) {
        this.place = place;
        this.control = control;
        this.gate = gate;
        this.running = running;
        this.boundary = boundary;
    }

    boolean hasProcess() {
        return place.process() != null;
    }

    void reload() {
        control.reload(place.process());
        boundary.reached("reloaded");
    }

    /** Whether the process surely runs this file already. */
    boolean runs(String sha256, Instant since) {
        return control.runs(place.process(), sha256).orElseGet(() -> runsByProc(sha256, since));
    }

    private boolean runsByProc(String sha256, Instant since) {
        ProcessView view = control.view(place.process());
        return view.state() == ProcessView.State.RUNNING
                && running.check(place.current(), sha256, since, view.pid()).state() == RunningFile.State.NEW;
    }

    /** Whether a process of this binary surely runs another file. */
    boolean runsAnother(String sha256) {
        return control.runs(place.process(), sha256).map(same -> !same).orElseGet(() -> runsAnotherByProc(sha256));
    }

    private boolean runsAnotherByProc(String sha256) {
        return running.check(place.current(), sha256, null, control.view(place.process()).pid()).state() == RunningFile.State.OLD;
    }

    /** Ends the process, when there is one: it has no binary any more. */
    void stop() {
        if (hasProcess()) {
            control.stop(place.process());
        }
    }

    /** Waits until the new version is ready and has stood its soak. */
    HealthGate.Report ofNew(String sha256, Instant since) {
        return await(gate, sha256, since);
    }

    /** Waits until the old version is ready again. */
    void ofOld(String sha256) {
        await(gate.withoutSoak(), sha256, null);
    }

    private HealthGate.Report await(HealthGate by, String sha256, Instant since) {
        if (!hasProcess()) {
            return by.await(() -> ProcessView.UNKNOWN,
                    pid -> new RunningFile.Proof(RunningFile.State.NONE, "no process runs this binary"));
        }
        return by.await(() -> control.view(place.process()), pid -> running.check(place.current(), sha256, since, pid));
    }
}
