package io.waystation.update.run;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;

import org.apache.camel.Exchange;

import io.waystation.update.Action;
import io.waystation.update.Decider;
import io.waystation.update.Decision;
import io.waystation.update.Finding;
import io.waystation.update.Strategy;
import io.waystation.update.Subsystem;
import io.waystation.update.SubsystemState;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.change.ManifestEntry.Held;
import io.waystation.update.change.ManifestEntry.Wanted;
import io.waystation.update.release.SignedDecisions;

/** Decides about a subsystem with what this hub knows of it, and keeps what the decision says. Thread-safe; blocks. */
final class UpdateDecisions {
    private final Decider decider;
    private final SignedDecisions signed;
    private final Changes changes;
    private final UpdateJournal journal;
    private final Clock clock;

    UpdateDecisions(Decider decider, SignedDecisions signed, Changes changes, UpdateJournal journal, Clock clock) {
        this.decider = decider;
        this.signed = signed;
        this.changes = changes;
        this.journal = journal;
        this.clock = clock;
    }

    /** Decides, and changes nothing. */
    Decision look(Subsystem subsystem) {
        ManifestEntry entry = changes.manifest().entry(subsystem.name());
        SubsystemState state = entry.state(journal.sightings(subsystem.name()));
        return subsystem.selection().strategy() == Strategy.SIGNED
                ? signed.decide(subsystem, state, clock.instant())
                : decider.decide(subsystem, state, clock.instant());
    }

    /**
     * Whether another signed release is next, or waits, now that one was installed: it may have been refused as too far from what was
     * installed before, and nothing will tell of it again. Reads no upstream.
     */
    boolean goesOn(Subsystem subsystem) {
        if (subsystem.selection().strategy() != Strategy.SIGNED) {
            return false;
        }
        Action action = look(subsystem).action();
        return action == Action.UPDATE || action == Action.HOLD;
    }

    /** Decides, and keeps what was seen, what is wanted and what is held. */
    Decision decide(Exchange exchange, Subsystem subsystem) {
        Decision decision = look(subsystem);
        journal.sightings(exchange, subsystem.name(), decision.sightings());
        keep(decision, UpdateJournal.id(exchange));
        return decision;
    }

    /** A version is not wanted any more, unless another one is by now. */
    void giveUp(Subsystem subsystem, UpstreamVersion version, String by) {
        Artefact given = Artefact.of(version);
        changes.manifest().change(subsystem.name(), "given-up: " + version.label(), by, entry ->
                entry.wanted() == null || !entry.wanted().artefact().sameVersion(given) ? entry : entry.edit().wanted(null).done());
    }

    private void keep(Decision decision, String by) {
        Instant now = clock.instant();
        changes.manifest().change(decision.subsystem(), "decided: " + decision.rule().code(), by, entry -> {
            ManifestEntry.Edit edit = entry.edit().held(held(decision, entry.held(), now));
            if (decision.upstream() != null) {
                edit.upstream(decision.upstream().address());
            }
            if (decision.latest() != null) {
                edit.latest(decision.latest().tag().isEmpty() ? null : decision.latest().tag(), decision.latest().commit());
            }
            if (decision.action() == Action.UPDATE) {
                edit.wanted(wanted(decision.wanted(), entry.wanted(), by, now));
            }
            return edit.done();
        });
    }

    private static Wanted wanted(UpstreamVersion version, Wanted before, String by, Instant now) {
        Artefact artefact = Artefact.of(version);
        return before != null && before.artefact().equals(artefact) ? before : new Wanted(artefact, now, by);
    }

    private static Held held(Decision decision, Held before, Instant now) {
        Finding finding = decision.held().orElse(null);
        if (finding == null) {
            return null;
        }
        Artefact artefact = Artefact.of(finding.version());
        boolean same = before != null && before.artefact().equals(artefact) && Objects.equals(before.rule(), finding.rule().code())
                && Objects.equals(before.until(), finding.until());
        return same ? before : new Held(artefact, finding.rule().code(), finding.reason(), now, finding.until());
    }
}
