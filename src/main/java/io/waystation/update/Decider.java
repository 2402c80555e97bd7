package io.waystation.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.waystation.github.Releases;
import io.waystation.update.git.GitRemotes;

/**
 * Reads a subsystem's upstreams and decides.
 *
 * <p>Has no effects: asking as often as one likes changes nothing, apart from the caches and rate limit of the release API.
 * Thread-safe. Blocks while it reads, at most the time limits of Git and the API for each upstream.
 */
public final class Decider {
    private final UpstreamReader reader;
    private final DecisionRules rules;

    /** Decides for a machine from what these read. */
    public Decider(GitRemotes git, Releases releases, Platform platform) {
        this.reader = new UpstreamReader(git, releases);
        this.rules = new DecisionRules(platform);
    }

    /**
     * Decides what to do about a subsystem now.
     *
     * @param subsystem what is decided about
     * @param state what is known of it from before
     * @param now time of the decision
     */
    public Decision decide(Subsystem subsystem, SubsystemState state, Instant now) {
        List<UpstreamReading> readings = new ArrayList<>();
        for (Upstream upstream : subsystem.upstreams()) {
            UpstreamReading reading = reader.read(subsystem, upstream, state);
            readings.add(reading);
            if (rules.offers(subsystem, reading)) {
                break;
            }
        }
        return rules.decide(subsystem, readings, state, now);
    }
}
