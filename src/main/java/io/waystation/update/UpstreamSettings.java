package io.waystation.update;

import java.time.Duration;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * How upstreams are reached.
 *
 * @param forge address in front of a bare {@code owner/name}
 * @param files whether {@code file:} addresses are allowed
 * @param timeout time that reading one upstream may take
 */
public record UpstreamSettings(String forge, boolean files, Duration timeout) {
    static UpstreamSettings from(Settings settings) {
        String forge = settings.required("waystation.github.url").replaceFirst("/+$", "");
        Duration timeout = settings.duration("waystation.update.git-timeout");
        if (timeout.toSeconds() < 1 || timeout.toHours() >= 1) {
            throw new InvalidSettingException("waystation.update.git-timeout", "must be from 1s to 1h");
        }
        return new UpstreamSettings(forge, settings.flag("waystation.update.file-upstreams"), timeout);
    }
}
