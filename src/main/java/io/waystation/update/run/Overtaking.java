package io.waystation.update.run;

import java.util.List;
import java.util.Optional;

import org.apache.camel.Exchange;

import io.waystation.update.Action;
import io.waystation.update.Decision;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;
import io.waystation.work.WorkItem;

/** Bean {@code updateOvertaking}: whether a newer version takes the place of an update that has not changed anything yet. */
public final class Overtaking {
    /** So many runs in a row may be ended for a newer version; the next one is let finish. */
    private static final int MOST_IN_A_ROW = 3;

    private final Subsystems subsystems;
    private final UpdateDecisions decisions;
    private final UpdateJournal journal;

    Overtaking(Subsystems subsystems, UpdateDecisions decisions, UpdateJournal journal) {
        this.subsystems = subsystems;
        this.decisions = decisions;
        this.journal = journal;
    }

    /** Sets the exchange property {@code overtake}; upstream is read only while an update is under way. */
    public void look(Exchange exchange) {
        String name = WorkItem.of(exchange).key();
        Optional<Subsystem> subsystem = subsystems.find(name);
        List<UpdateRun> runs = journal.runs(name, MOST_IN_A_ROW + 1);
        boolean overtake = subsystem.isPresent() && mayBeEnded(runs) && isOlder(runs.get(0), decisions.look(subsystem.get()));
        exchange.setProperty("overtake", overtake);
    }

    private static boolean mayBeEnded(List<UpdateRun> runs) {
        return !runs.isEmpty() && runs.get(0).outcome() == null && runs.get(0).wanted() != null
                && runs.get(0).step().compareTo(UpdateStep.SWAP) < 0
                && runs.stream().skip(1).filter(run -> UpdateJournal.STOPPED.equals(run.outcome())).count() < MOST_IN_A_ROW;
    }

    private static boolean isOlder(UpdateRun run, Decision now) {
        return now.action() == Action.UPDATE && !now.wanted().equals(run.wanted());
    }
}
