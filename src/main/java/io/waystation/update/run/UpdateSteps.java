package io.waystation.update.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.update.Decision;
import io.waystation.update.Mode;
import io.waystation.update.Strategy;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;
import io.waystation.update.Upstream;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.Change;
import io.waystation.update.change.ChangeException;
import io.waystation.update.change.ChangeState;
import io.waystation.update.change.ChangeStep;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.task.TaskStep;
import io.waystation.work.DeferException;
import io.waystation.work.WorkHeaders;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;
import io.waystation.work.operation.Operations;

/**
 * Bean {@code update}: the steps of one run, which the routes {@code update} and {@code update-...} call in their order.
 *
 * <p>The run is the work item of the exchange and its key the subsystem. Routes see it as exchange properties:
 * {@code subsystem}, {@code tasks} (prefix of its tasks), {@code versionVariable}, {@code version} (tag or commit),
 * {@code process}, {@code fetch} (whether the hub fetches the source itself), {@code dependents} (whether there are any), and {@code next}: {@code decide}, {@code dev}, {@code user},
 * {@code signed}, {@code back}, {@code install},
 * {@code publish} or {@code done}. Stateless and thread-safe; steps block.
 */
public final class UpdateSteps {
    /** Header of a work item that asks for the previous version: why, for a person. */
    public static final String BACK_HEADER = "CamelWaystationUpdateBack";
    /** Exchange property: what comes next. */
    static final String NEXT = "next";
    private static final Logger LOG = LoggerFactory.getLogger(UpdateSteps.class);
    private static final String SUBSYSTEM = "CamelWaystationSubsystem";
    private static final String WANTED = "CamelWaystationWanted";
    private static final String UPSTREAM = "CamelWaystationUpstream";
    private static final String COMMITTED = "CamelWaystationCommitted";
    private static final String TURN = "CamelWaystationReloadTurn";

    private final Subsystems subsystems;
    private final Changes changes;
    private final UpdateDecisions decisions;
    private final UpdateJournal journal;
    private final Operations operations;
    private final FaultPoint fault;
    private final ReloadTurns turns = new ReloadTurns();

    UpdateSteps(Subsystems subsystems, Changes changes, UpdateDecisions decisions, UpdateJournal journal, Operations operations,
            FaultPoint fault) {
        this.subsystems = subsystems;
        this.changes = changes;
        this.decisions = decisions;
        this.journal = journal;
        this.operations = operations;
        this.fault = fault;
    }

    /** Finds out where the run is: at its beginning, or in the middle of a change that a hub did not finish. */
    public void resume(Exchange exchange) {
        String name = WorkItem.of(exchange).key();
        Subsystem subsystem = subsystems.find(name).orElseThrow(() ->
                new UpdateException("no-such-subsystem", "No route describes a subsystem named " + name + "."));
        exchange.setProperty(SUBSYSTEM, subsystem);
        exchange.setProperty("subsystem", name);
        exchange.setProperty("tasks", subsystem.local().tasks());
        exchange.setProperty("versionVariable", subsystem.local().versionVariable());
        exchange.setProperty("process", subsystem.local().process());
        exchange.setProperty("fetch", subsystem.local().fetch());
        exchange.setProperty("dependents", !subsystem.local().dependents().isEmpty());
        exchange.setProperty(TaskStep.LOG_PROPERTY, (Consumer<String>) line -> operations.log(exchange, line));
        exchange.getExchangeExtension().addOnCompletion(new Leaving(subsystem));
        next(exchange, begun(exchange, subsystem));
    }

    private String begun(Exchange exchange, Subsystem subsystem) {
        Change change = changes.of(subsystem);
        ChangeState state = change.entry().changing();
        if (state == null || state.step().beforeSwap()) {
            change.recover();
            if (exchange.getMessage().getHeader(BACK_HEADER) != null) {
                return "back";
            }
            return journal.of(exchange).filter(run -> run.step().compareTo(UpdateStep.COMMIT) >= 0 && isCurrent(change.entry(), run))
                    .map(run -> {
                        want(exchange, run.wanted());
                        exchange.setProperty(COMMITTED, true);
                        return "publish";
                    }).orElse("decide");
        }
        if (state.step() == ChangeStep.STUCK && exchange.getMessage().getHeader(BACK_HEADER) != null) {
            return "back";
        }
        if (state.step() == ChangeStep.STUCK) {
            throw new UpdateException("stuck", "The change to " + state.target() + " could not be undone: " + state.reason()
                    + ". A person has to look, and roll back again.");
        }
        want(exchange, state.target().upstream());
        if (state.step() == ChangeStep.ROLLING_BACK) {
            throw new UpdateException("rolled-back", state.reason());
        }
        return "install";
    }

    private static boolean isCurrent(ManifestEntry entry, UpdateRun run) {
        return run.wanted() != null && entry.current().sameVersion(Artefact.of(run.wanted())) && run.step() != UpdateStep.ROLLBACK;
    }

    /** Writes ahead that a step begins, and tells it: {@code at(${exchange}, 'build', 40, 'Building')}. */
    public void at(Exchange exchange, String step, int percent, String message) {
        UpdateStep begins = UpdateStep.of(step);
        Subsystem subsystem = subsystem(exchange);
        ChangeState state = changes.manifest().entry(subsystem.name()).changing();
        journal.step(exchange, subsystem.name(), begins, exchange.getProperty(WANTED, UpstreamVersion.class),
                state == null ? null : state.target().sha256());
        operations.step(exchange, step, percent, message);
        fault.reached(step);
    }

    /** Reads upstream and decides; a version that is held until a time lets the run wait. */
    public void decide(Exchange exchange) {
        Subsystem subsystem = subsystem(exchange);
        Decision decision = decisions.decide(exchange, subsystem);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("action", decision.action().name().toLowerCase(Locale.ROOT));
        result.put("rule", decision.rule().code());
        result.put("reason", decision.reason());
        operations.result(exchange, result);
        operations.log(exchange, decision.reason());
        switch (decision.action()) {
            case UPDATE -> {
                want(exchange, decision.wanted());
                exchange.setProperty(UPSTREAM, decision.upstream());
                boolean builds = subsystem.local().mode().in(changes.folder(subsystem)) == Mode.DEV;
                next(exchange, subsystem.selection().strategy() == Strategy.SIGNED ? "signed" : builds ? "dev" : "user");
            }
            case HOLD -> {
                if (decision.until() != null) {
                    operations.hold(exchange, decision.reason());
                    throw new DeferException(decision.until(), decision.reason());
                }
                next(exchange, "done");
            }
            case NONE -> next(exchange, "done");
            default -> throw new UpdateException(decision.rule().code(), decision.reason());
        }
    }

    /** Begins the change: from here on the manifest knows of it. */
    public void begin(Exchange exchange) {
        change(exchange).begin(wanted(exchange), UpdateJournal.id(exchange));
    }

    /** Takes what the task left; the very file in use ends the run. */
    public void stage(Exchange exchange) {
        stage(exchange, change(exchange).stage());
    }

    /** Takes what {@code releaseFetch} left as {@code fetched}. */
    public void stageFetched(Exchange exchange) {
        stage(exchange, change(exchange).stage(exchange.getProperty("fetched", Path.class)));
    }

    private void stage(Exchange exchange, Change.Staged staged) {
        Change change = change(exchange);
        operations.result(exchange, Map.of("sha256", staged.sha256(), "version", wanted(exchange).label(),
                "commit", wanted(exchange).commit()));
        if (staged.unchanged()) {
            change.keepCurrent();
            operations.result(exchange, Map.of("unchanged", true));
            next(exchange, "done");
        } else {
            next(exchange, "install");
        }
    }

    /** Compares the staged file with the digest it was staged with. */
    public void verify(Exchange exchange) {
        change(exchange).verify(null, -1);
    }

    /** Puts the staged file in place; from here on nothing cancels the run. */
    public void swap(Exchange exchange) {
        takeTurn(exchange);
        WorkLease.of(exchange).ifPresent(WorkLease::shield);
        change(exchange).swap();
    }

    /** Lets the process run the new file. */
    public void reload(Exchange exchange) {
        change(exchange).reload();
    }

    /** Waits until the new version is ready and has stood its soak. */
    public void awaitHealthy(Exchange exchange) {
        operations.log(exchange, change(exchange).awaitHealthy().detail());
    }

    /** Lets the processes that depend on it run with the new version, in their order. */
    public void reloadDependents(Exchange exchange) {
        changes.dependents(subsystem(exchange)).forEach(each ->
                operations.log(exchange, "Reloading " + each.place().process() + ", which depends on it."));
        change(exchange).reloadDependents();
    }

    /** From here to its end no other run stops or starts the processes that this one may. */
    private void takeTurn(Exchange exchange) {
        if (exchange.getProperty(TURN) == null) {
            exchange.setProperty(TURN, turns.take(changes.processes(subsystem(exchange))));
        }
    }

    /** Makes the new version the current one. */
    public void commit(Exchange exchange) {
        change(exchange).commit();
        next(exchange, "publish");
        exchange.setProperty(COMMITTED, true);
    }

    /** Notes that the run has ended well; sets {@code again} to whether what it installed lets a further release in. */
    public void done(Exchange exchange) {
        journal.end(exchange, subsystem(exchange).name(), "succeeded", null);
        exchange.setProperty("again", exchange.getProperty(COMMITTED, false, boolean.class) && decisions.goesOn(subsystem(exchange)));
        exchange.setProperty("cause", UpdateJournal.id(exchange));
    }

    /** Puts the old binary back and quarantines the version that failed. */
    public void rollback(Exchange exchange) {
        Subsystem subsystem = subsystem(exchange);
        Exception why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        ChangeState state = changes.manifest().entry(subsystem.name()).changing();
        try {
            takeTurn(exchange);
            change(exchange).rollback(UpdateFailure.of(why).text());
        } catch (ChangeException stuck) {
            exchange.setProperty(Exchange.EXCEPTION_CAUGHT, stuck);
            exchange.setProperty("failure", UpdateFailure.of(stuck).text());
            return;
        }
        if (state != null) {
            operations.event(exchange, "rolled_back", Map.of("version", state.target().toString(), "reason", UpdateFailure.of(why).text(),
                    "current", change(exchange).entry().current().toString()));
            operations.result(exchange, Map.of("rolledBack", true));
        }
    }

    /** Puts the previous version back, as a person wants; from here on nothing cancels the run. */
    public void back(Exchange exchange) {
        takeTurn(exchange);
        WorkLease.of(exchange).ifPresent(WorkLease::shield);
        Change change = change(exchange);
        Artefact bad = change.entry().current();
        String reason = exchange.getMessage().getHeader(BACK_HEADER, String.class);
        boolean stuck = change.entry().changing() != null;
        if (stuck) {
            change.rollback(reason);
        } else {
            change.undo(UpdateJournal.id(exchange), reason);
        }
        operations.event(exchange, "rolled_back", Map.of("version", bad.toString(), "reason", reason,
                "current", change.entry().current().toString()));
        operations.result(exchange, Map.of("rolledBack", true));
        next(exchange, "done");
    }

    /** Looks what a failure needs: sets {@code undo} to whether the old binary has to be put back, {@code failure} to why. */
    public void judge(Exchange exchange) {
        Exception why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Subsystem subsystem = exchange.getProperty(SUBSYSTEM, Subsystem.class);
        exchange.setProperty("failure", UpdateFailure.of(why).text());
        ChangeState state = subsystem == null ? null : changes.manifest().entry(subsystem.name()).changing();
        exchange.setProperty("undo", state != null && !state.step().beforeSwap() && state.step() != ChangeStep.STUCK
                && UpdateFailure.of(why).isOfTheVersion());
    }

    /** Ends the attempt with its failure, and says whether another one makes sense. */
    public void fail(Exchange exchange) throws Exception {
        Exception why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        UpdateFailure failure = UpdateFailure.of(why);
        if (failure.isEnd()) {
            exchange.getMessage().setHeader(WorkHeaders.RETRY, "none");
        }
        if (failure.isFailure()) {
            operations.result(exchange, Map.of("error_code", failure.code(), "retryable", !failure.isEnd()));
            if (failure.isEnd() || WorkLease.of(exchange).flatMap(WorkLease::scheduledRetry).isEmpty()) {
                giveUp(exchange);
            }
        }
        throw why;
    }

    /** What no further attempt leads to is not wanted any more: it must not stand in the way of another version. */
    private void giveUp(Exchange exchange) {
        UpstreamVersion wanted = wanted(exchange);
        if (wanted != null && subsystem(exchange) != null) {
            decisions.giveUp(subsystem(exchange), wanted, UpdateJournal.id(exchange));
        }
    }

    private Change change(Exchange exchange) {
        return changes.of(subsystem(exchange));
    }

    /** The subsystem of a run. */
    static Subsystem subsystem(Exchange exchange) {
        return exchange.getProperty(SUBSYSTEM, Subsystem.class);
    }

    /** The version a run leads to; null before it was decided. */
    static UpstreamVersion wanted(Exchange exchange) {
        return exchange.getProperty(WANTED, UpstreamVersion.class);
    }

    /** Where that version was read; null in a run that goes on from the swap. */
    static Upstream upstream(Exchange exchange) {
        return exchange.getProperty(UPSTREAM, Upstream.class);
    }

    private static void want(Exchange exchange, UpstreamVersion version) {
        exchange.setProperty(WANTED, version);
        if (version != null) {
            exchange.setProperty("version", version.tag().isEmpty() ? version.commit() : version.tag());
        }
    }

    private static void next(Exchange exchange, String next) {
        exchange.setProperty(NEXT, next);
    }

    /** When a run ends before the swap, in whatever way, the binary in use is what it was. */
    private final class Leaving extends SynchronizationAdapter {
        private final Subsystem subsystem;

        private Leaving(Subsystem subsystem) {
            this.subsystem = subsystem;
        }

        @Override
        public void onDone(Exchange exchange) {
            ReloadTurns.Turn turn = exchange.getProperty(TURN, ReloadTurns.Turn.class);
            if (turn != null) {
                turn.close();
            }
            boolean interrupted = Thread.interrupted(); // told to stop: that is no reason to leave half a build behind
            try {
                ChangeState state = changes.manifest().entry(subsystem.name()).changing();
                if (state != null && state.step().beforeSwap()) {
                    changes.of(subsystem).abandon(why(exchange));
                }
                if (exchange.isFailed() || exchange.isRouteStop()) {
                    journal.end(exchange, subsystem.name(), outcome(exchange), why(exchange));
                }
            } catch (RuntimeException left) {
                LOG.warn("What the update of {} left is put right by the next one: {}", subsystem.name(), left.toString());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private String outcome(Exchange exchange) {
            if (exchange.getException() instanceof DeferException) {
                return "held";
            }
            return WorkLease.of(exchange).flatMap(WorkLease::stopReason).isPresent() ? UpdateJournal.STOPPED : UpdateJournal.FAILED;
        }

        private String why(Exchange exchange) {
            if (exchange.getException() != null) {
                return UpdateFailure.of(exchange.getException()).text();
            }
            return WorkLease.of(exchange).flatMap(WorkLease::stopReason).orElse("the run ended");
        }
    }
}
