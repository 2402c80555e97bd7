package io.waystation.channel;

import java.time.Clock;
import java.util.Set;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

import io.waystation.settings.Settings;

/** Builds the channels and binds them as {@code channels}, their quotas as {@code channelQuotas}. */
public final class ChannelConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) {
        // not forEach: Camel's ordered properties do not override it, and it finds nothing
        Set<String> keys = context.getPropertiesComponent()
                .loadProperties(key -> key.startsWith("waystation.channels.")).stringPropertyNames();
        ChannelSettings settings = ChannelSettings.of(Settings.of(context), keys);
        context.getRegistry().bind("channels", new Channels(settings));
        context.getRegistry().bind("channelQuotas", new ChannelQuotas(settings, Clock.systemUTC()));
    }
}
