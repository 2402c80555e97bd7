package io.waystation.update.run;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.update.Subsystem;
import io.waystation.update.change.CommandRunner;
import io.waystation.update.change.HealthCheck;
import io.waystation.update.change.HealthChecks;
import io.waystation.update.change.HealthPolicy;

/**
 * How the health of subsystems is asked for.
 *
 * @param policy when a reloaded subsystem counts as healthy
 * @param timeout time one answer may take
 * @param runner runs health commands in the lane of a subsystem
 */
record HealthOptions(HealthPolicy policy, Duration timeout, Function<String, CommandRunner> runner) {
    private static final int MOST_PROBES = 1_000;

    static HealthOptions from(Settings settings, Function<String, CommandRunner> runner) {
        int of = settings.number("waystation.update.health-of", 1, MOST_PROBES);
        try {
            return new HealthOptions(new HealthPolicy(settings.number("waystation.update.health-needed", 1, of), of,
                    settings.duration("waystation.update.health-interval"), settings.duration("waystation.update.health-timeout"),
                    settings.duration("waystation.update.soak"), false),
                    settings.duration("waystation.update.health-answer"), runner);
        } catch (InvalidSettingException named) {
            throw named;
        } catch (IllegalArgumentException wrong) {
            throw new InvalidSettingException("waystation.update.health-interval", wrong.getMessage());
        }
    }

    /** The check a subsystem's stanza names: an address, a command of words without quotes, or none. */
    HealthCheck of(Subsystem subsystem) {
        String health = subsystem.local().health().strip();
        if (health.isEmpty()) {
            return HealthCheck.NONE;
        }
        if (health.startsWith("http://") || health.startsWith("https://")) {
            return HealthChecks.http(URI.create(health), timeout);
        }
        return HealthChecks.command(runner.apply(subsystem.name()), List.of(health.split("\\s+")), timeout);
    }
}
