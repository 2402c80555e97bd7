package io.waystation.update;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides about the head of a branch: the strategy {@link Strategy#COMMITS}.
 *
 * <p>Only a branch that leads on from what is installed is followed. A cooldown waits until the branch has rested that long.
 */
final class CommitRules {
    private final Subsystem subsystem;
    private final SubsystemState state;
    private final UpstreamReading reading;
    private final UpstreamVersion head;
    private final Sightings sightings;
    private final Gate gate;

    CommitRules(Subsystem subsystem, SubsystemState state, UpstreamReading reading, Platform platform, Instant now) {
        this.subsystem = subsystem;
        this.state = state;
        this.reading = reading;
        this.head = reading.head() == null ? null : UpstreamVersion.ofCommit(reading.head());
        this.sightings = Sightings.of(state, head == null ? List.of() : List.of(head), now);
        this.gate = new Gate(subsystem, state, sightings, null, platform, now);
    }

    Decision decide() {
        Finding said = said();
        boolean update = said.rule().action() == Action.UPDATE;
        boolean news = !update && said.rule().action() != Action.NONE;
        return new Decision(subsystem.name(), said.rule().action(), said.rule(), said.reason(), state.current(), head,
                update ? head : null, said.until(), reading.upstream(), news ? List.of(said) : List.of(), 0, sightings.all());
    }

    private Finding said() {
        String branch = reading.upstream().branch();
        if (head == null) {
            return finding(Rule.DELETED_BRANCH, "There is no branch " + branch + " at " + reading.upstream().address() + ".");
        }
        if (state.current() != null && state.current().commit().equals(head.commit())) {
            return finding(Rule.UP_TO_DATE, head.label() + " is the head of " + branch + ".");
        }
        return gate.judged(head)
                .or(this::rewritten)
                .or(() -> gate.rested(head, Optional.empty()))
                .or(this::unapproved)
                .orElseGet(this::taken);
    }

    private Optional<Finding> rewritten() {
        if (reading.leadsOn() || gate.isApproved(head)) {
            return Optional.empty();
        }
        UpstreamVersion before = state.wanted() == null ? state.current() : state.wanted();
        return Optional.of(finding(Rule.REWRITTEN_BRANCH, "The branch " + reading.upstream().branch() + " at " + head.label()
                + " does not lead on from " + (before == null ? "what was there" : before.label()) + "."));
    }

    private Optional<Finding> unapproved() {
        return subsystem.policy().approval().contains(ApprovalStep.ALL) ? gate.approval(head, "a new commit") : Optional.empty();
    }

    private Finding taken() {
        return state.current() == null
                ? finding(Rule.FIRST_VERSION, "Nothing is installed, and " + head.label() + " is the head of " + reading.upstream().branch() + ".")
                : finding(Rule.NEWER_COMMIT, "The branch " + reading.upstream().branch() + " went on from " + state.current().label() + " to " + head.label() + ".");
    }

    private Finding finding(Rule rule, String reason) {
        return new Finding(rule, head == null ? reading.upstream().branch() : head.label(), reason, head, null);
    }
}
