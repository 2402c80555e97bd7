package io.waystation.update;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.update.git.RemoteTag;
import io.waystation.update.version.TagPattern;
import io.waystation.update.version.VersionReading;

/**
 * Makes decisions: a pure function of subsystem, readings, state and time, whatever the order a server lists its tags in.
 *
 * <p>Reads no clock, no file and no network, and changes nothing. Immutable and thread-safe.
 */
public final class DecisionRules {
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final Platform platform;

    /** Rules for a machine. */
    public DecisionRules(Platform platform) {
        this.platform = platform;
    }

    /**
     * Decides.
     *
     * @param subsystem what is decided about
     * @param readings of its upstreams, the preferred first; the first that could be read and has versions counts, else the first
     *     that could be read
     * @param state what is known from before
     * @param now time of the decision
     */
    public Decision decide(Subsystem subsystem, List<UpstreamReading> readings, SubsystemState state, Instant now) {
        Optional<UpstreamReading> chosen = readings.stream().filter(reading -> offers(subsystem, reading)).findFirst()
                .or(() -> readings.stream().filter(reading -> reading.problem() == null).findFirst());
        if (chosen.isEmpty()) {
            return unreadable(subsystem, readings, state, now);
        }
        Decision decision = subsystem.selection().strategy() == Strategy.COMMITS
                ? new CommitRules(subsystem, state, chosen.get(), platform, now).decide()
                : new VersionRules(subsystem, state, chosen.get(), platform, now).decide();
        List<Finding> passedOver = readings.stream().filter(reading -> reading.problem() != null).map(r -> finding(r, now)).toList();
        return passedOver.isEmpty() ? decision : decision.with(passedOver);
    }

    /** Whether an upstream has anything this subsystem may follow, so that the next one is not asked. */
    public boolean offers(Subsystem subsystem, UpstreamReading reading) {
        if (reading.problem() != null) {
            return false;
        }
        Selection selection = subsystem.selection();
        return selection.strategy() == Strategy.COMMITS
                ? reading.head() != null
                : reading.tags().stream().anyMatch(tag -> isVersion(selection, tag));
    }

    private static boolean isVersion(Selection selection, RemoteTag tag) {
        try {
            return selection.tags().versionIn(tag.name())
                    .filter(text -> selection.scheme().read(text) instanceof VersionReading.Read).isPresent();
        } catch (TagPattern.TooSlowException slow) {
            return false;
        }
    }

    private static Decision unreadable(Subsystem subsystem, List<UpstreamReading> readings, SubsystemState state, Instant now) {
        List<Finding> findings = new ArrayList<>(readings.stream().map(reading -> finding(reading, now)).toList());
        Finding said = findings.stream().filter(f -> f.rule() == Rule.UPSTREAM_UNAVAILABLE).findFirst().orElse(findings.get(0));
        return new Decision(subsystem.name(), said.rule().action(), said.rule(), said.reason(), state.current(), null, null, said.until(),
                null, findings, 0, state.sightings());
    }

    private static Finding finding(UpstreamReading reading, Instant now) {
        UpstreamReading.Problem problem = reading.problem();
        String address = reading.upstream().address();
        String reason = problem.reason().endsWith(".") ? problem.reason() : problem.reason() + ".";
        if (problem.refused()) {
            return new Finding(Rule.UPSTREAM_REFUSED, address, reason, null, null);
        }
        Instant again = Optional.ofNullable(problem.retryAt()).filter(at -> at.isAfter(now)).orElse(now.plus(AGAIN));
        return new Finding(Rule.UPSTREAM_UNAVAILABLE, address, reason, null, again);
    }
}
