package io.waystation.update.fleet;

import java.time.Duration;
import java.util.Locale;

import org.apache.camel.Exchange;
import org.apache.camel.util.TimeUtils;

/**
 * The policy in a stanza of the route template {@code rollout}, which makes, starts and stops it with its route. Not
 * thread-safe until it is started.
 */
public final class RolloutDefinition {
    private Rollouts rollouts;
    private String subsystem;
    private String rings;
    private int errors;
    private int success;
    private String silence;
    private String rest;
    private String retired;
    private RingPolicy policy;

    /** Where it is added. */
    public void setRollouts(Rollouts rollouts) {
        this.rollouts = rollouts;
    }

    /** Name of the subsystem. */
    public void setSubsystem(String subsystem) {
        this.subsystem = subsystem;
    }

    /** Percentages, comma-separated, as {@link RingPolicy#rings}. */
    public void setRings(String rings) {
        this.rings = rings;
    }

    /** As {@link RingPolicy#errors}. */
    public void setErrors(int errors) {
        this.errors = errors;
    }

    /** As {@link RingPolicy#success}. */
    public void setSuccess(int success) {
        this.success = success;
    }

    /** A duration, as {@link RingPolicy#silence}. */
    public void setSilence(String silence) {
        this.silence = silence;
    }

    /** A duration, as {@link RingPolicy#rest}. */
    public void setRest(String rest) {
        this.rest = rest;
    }

    /** A duration, as {@link RingPolicy#retired}. */
    public void setRetired(String retired) {
        this.retired = retired;
    }

    /**
     * Adds the policy.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    public void start() {
        try {
            policy = new RingPolicy(RingPolicy.rings(rings), errors, success, duration(silence), duration(rest), duration(retired));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("the rollout of " + subsystem + " cannot be used: " + wrong.getMessage(), wrong);
        }
        rollouts.add(subsystem, policy);
    }

    /** Takes it away again. */
    public void stop() {
        rollouts.remove(subsystem, policy);
    }

    private static Duration duration(String text) {
        return Duration.ofMillis(TimeUtils.toMilliSeconds(text));
    }

    /**
     * Looks at the rollout, and opens its next ring or halts it when it is time. Exchange properties say what was done:
     * {@code rollout} is {@code wait}, {@code open}, {@code halt} or {@code complete}, or absent, {@code subsystem},
     * {@code version}, and {@code reason}.
     */
    public void look(Exchange exchange) {
        exchange.setProperty("subsystem", subsystem);
        rollouts.find(subsystem).ifPresent(manifest -> exchange.setProperty("version", manifest.version()));
        rollouts.look(subsystem).ifPresent(verdict -> {
            exchange.setProperty("rollout", verdict.action().name().toLowerCase(Locale.ROOT));
            exchange.setProperty("reason", verdict.reason());
        });
    }
}
