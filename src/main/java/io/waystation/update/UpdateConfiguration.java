package io.waystation.update;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

import io.waystation.settings.Settings;

/** Builds the beans {@code subsystems} and {@code upstreamSettings}. */
public final class UpdateConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) {
        context.getRegistry().bind("subsystems", new Subsystems());
        context.getRegistry().bind("upstreamSettings", UpstreamSettings.from(Settings.of(context)));
    }
}
