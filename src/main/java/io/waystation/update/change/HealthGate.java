package io.waystation.update.change;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;

import io.waystation.update.change.ProcessControl.ProcessView;
import io.waystation.update.change.ProcessControl.ProcessView.State;

/**
 * Waits until a reloaded subsystem is ready, and then that it stays so. Thread-safe; the calling thread waits.
 *
 * <p>Ready is N good answers among the last M and a process that is not the old file. In the soak it fails when the
 * answers get too bad, when the process ends, or when it was started again.
 */
public final class HealthGate {
    private static final int MOST_RESTARTS = 3;
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int MOST_LOOKS = 10;

    private final HealthCheck check;
    private final HealthPolicy policy;
    private final Pace pace;

    /** Asks this check by this policy. */
    public HealthGate(HealthCheck check, HealthPolicy policy) {
        this(check, policy, Pace.REAL);
    }

    HealthGate(HealthCheck check, HealthPolicy policy, Pace pace) {
        this.check = check;
        this.policy = policy;
        this.pace = pace;
    }

    /** How time passes while it waits. Thread-safe. */
    interface Pace {
        /** That of this machine. */
        Pace REAL = new Pace() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void pause(Duration time) throws InterruptedException {
                TimeUnit.NANOSECONDS.sleep(Math.max(1, time.toNanos()));
            }
        };

        /** Nanoseconds since some moment. */
        long nanos();

        /** Waits so long. */
        void pause(Duration time) throws InterruptedException;
    }

    /**
     * How it went well.
     *
     * @param proof which file the process runs
     * @param detail for a person
     */
    public record Report(RunningFile.Proof proof, String detail) { }

    HealthGate withoutSoak() {
        return new HealthGate(check, policy.withoutSoak(), pace);
    }

    /**
     * Waits.
     *
     * @param process looks at the process
     * @param proof looks which file runs; gets the process id or 0
     * @throws ChangeException {@code not-ready}, {@code process-ended}, {@code old-still-running}, {@code unproven},
     *     {@code failed-in-soak} or {@code interrupted}
     */
    Report await(Supplier<ProcessView> process, LongFunction<RunningFile.Proof> proof) {
        Trial trial = new Trial(process, proof);
        long begun = pace.nanos();
        while (!trial.ready()) {
            if (pace.nanos() - begun > policy.timeout().toNanos()) {
                throw trial.late(policy.timeout());
            }
            pause(policy.interval());
        }
        trial.soak();
        long ready = pace.nanos();
        while (pace.nanos() - ready < policy.soak().toNanos()) {
            pause(min(policy.interval(), policy.soak().minusNanos(pace.nanos() - ready)));
            trial.look();
        }
        return new Report(trial.proof, trial.last.detail() + "; " + trial.proof.detail());
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void pause(Duration time) {
        try {
            pace.pause(time);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "waiting for health was interrupted", stopped);
        }
    }

    /** One wait: what was seen so far. */
    private final class Trial {
        private final Supplier<ProcessView> process;
        private final LongFunction<RunningFile.Proof> prover;
        private final Deque<Boolean> window = new ArrayDeque<>();
        private HealthCheck.Probe last = new HealthCheck.Probe(false, "not asked yet");
        private RunningFile.Proof proof = new RunningFile.Proof(RunningFile.State.UNKNOWN, "not looked yet");
        private ProcessView view = ProcessView.UNKNOWN;
        private ProcessView atSoak;
        private boolean provenAtSoak;
        private int restartsAtFirst = -1;

        private Trial(Supplier<ProcessView> process, LongFunction<RunningFile.Proof> prover) {
            this.process = process;
            this.prover = prover;
        }

        private boolean ready() {
            ask();
            if (view.state() == State.ENDED) {
                throw ChangeException.refused("process-ended", "the process ended before it was ready: " + view.detail());
            }
            if (restartsAtFirst < 0) {
                restartsAtFirst = view.restarts();
            } else if (view.restarts() >= restartsAtFirst + MOST_RESTARTS) {
                throw ChangeException.refused("process-ended", "the process was started again " + MOST_RESTARTS
                        + " times before it was ready: " + view.detail());
            }
            return enough() && proven() && Boolean.TRUE.equals(view.ready() == null ? Boolean.TRUE : view.ready());
        }

        private void ask() {
            view = process.get();
            last = check.probe();
            window.addLast(last.healthy() && view.state() != State.STARTING && view.state() != State.ENDED);
            if (window.size() > policy.of()) {
                window.removeFirst();
            }
            proof = prover.apply(view.pid());
        }

        private boolean enough() {
            return window.stream().filter(Boolean::booleanValue).count() >= policy.needed();
        }

        private boolean proven() {
            return policy.proof() ? proof.state() == RunningFile.State.NEW : proof.state() != RunningFile.State.OLD;
        }

        private ChangeException late(Duration waited) {
            if (proof.state() == RunningFile.State.OLD) {
                return ChangeException.refused("old-still-running", proof.detail());
            }
            if (!proven()) {
                return ChangeException.refused("unproven", "it could not be proven that the new file runs: " + proof.detail());
            }
            return ChangeException.refused("not-ready", "not ready after " + waited + ": " + last.detail() + "; process "
                    + view.detail());
        }

        private void soak() {
            atSoak = view;
            provenAtSoak = proof.state() == RunningFile.State.NEW;
            window.clear();
            for (int i = 0; i < policy.of(); i++) {
                window.addLast(true);
            }
        }

        private void look() {
            ask();
            if (isOver()) {
                throw ended();
            }
            if (provenAtSoak && proof.state() == RunningFile.State.NONE) {
                for (int i = 0; i < MOST_LOOKS && view.state() == State.RUNNING && !isOver(); i++) {
                    pause(LOOK); // its supervisor has not noticed yet, and is to say how it ended
                    view = process.get();
                }
                throw ended();
            }
            if (!enough()) {
                throw ChangeException.refused("failed-in-soak", "was ready and then not any more: " + last.detail());
            }
            if (!proven()) {
                throw ChangeException.refused("failed-in-soak", "another file runs: " + proof.detail());
            }
        }

        private boolean isOver() {
            return view.state() == State.ENDED || view.restarts() > atSoak.restarts() || atSoak.pid() != 0 && view.pid() != atSoak.pid();
        }

        private ChangeException ended() {
            return ChangeException.refused("failed-in-soak", "the process was ready and then ended: "
                    + (view.state() == State.UNKNOWN ? "nothing runs the new file any more" : view.detail()) + "; " + last.detail());
        }
    }
}
