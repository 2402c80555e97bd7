package io.waystation.update.run;

import java.util.ArrayList;
import java.util.List;

import io.waystation.update.Action;
import io.waystation.update.Decision;
import io.waystation.update.Subsystem;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.ManifestEntry.Held;

/**
 * Bean {@code upstreamPoll}: which subsystems have something new that no event told of. It reads the upstreams and changes
 * nothing, so a look that finds nothing leaves no operation behind. Thread-safe; blocks while it reads.
 */
public final class UpstreamPoll {
    private final Updates updates;
    private final UpdateJournal journal;

    UpstreamPoll(Updates updates, UpdateJournal journal) {
        this.updates = updates;
        this.journal = journal;
    }

    /** Routes of the subsystems that have news. */
    public List<String> withNews() {
        List<Subsystem> all = updates.all();
        List<Decision> decisions = updates.check(all);
        List<String> routes = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (isNews(all.get(i), decisions.get(i))) {
                routes.add(UpstreamEvents.ROUTE + all.get(i).name());
            }
        }
        return routes;
    }

    private boolean isNews(Subsystem subsystem, Decision decision) {
        return decision.action() == Action.UPDATE && !isTried(subsystem, decision)
                || !decision.sightings().equals(journal.sightings(subsystem.name()))
                || isHeldAnew(updates.entry(subsystem).held(), decision);
    }

    /** Whether the last run was for this very version: it is under way, or failed and is not worth another build. */
    private boolean isTried(Subsystem subsystem, Decision decision) {
        return journal.runs(subsystem.name(), 1).stream()
                .anyMatch(run -> decision.wanted().equals(run.wanted()) && (run.outcome() == null || run.outcome().equals(UpdateJournal.FAILED)));
    }

    private static boolean isHeldAnew(Held known, Decision decision) {
        return decision.held().filter(finding -> known == null || !known.rule().equals(finding.rule().code())
                || !known.artefact().sameVersion(Artefact.of(finding.version()))).isPresent();
    }
}
