package io.waystation.channel;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.micrometer.core.instrument.Gauge;
import io.waystation.settings.SecretFiles;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;
import io.waystation.store.SecretBox;
import io.waystation.store.SecretKeys;
import io.waystation.store.Store;

/** Builds the channels and binds them as {@code channels}, their quotas as {@code channelQuotas}. */
public final class ChannelConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String RELOAD = "waystation.secrets.reload";

    /** What holds for all channels. Those that are defined need their secrets, which the start looks up. */
    @Override
    public void check(Settings settings) {
        ChannelSettings.of(settings, Set.of());
        settings.duration(RELOAD);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        // not forEach: Camel's ordered properties do not override it, and it finds nothing
        Set<String> keys = context.getPropertiesComponent()
                .loadProperties(key -> key.startsWith("waystation.channels.")).stringPropertyNames();
        ChannelSettings settings = ChannelSettings.of(Settings.of(context), keys);
        Registry registry = context.getRegistry();
        Store store = registry.lookupByNameAndType("store", Store.class);
        SecretBox box = registry.lookupByNameAndType("secretBox", SecretBox.class);
        SecretKeys secrets = registry.lookupByNameAndType(SecretKeys.NAME, SecretKeys.class);
        ChannelRows.SEALED.forEach(secrets::add);
        Channels channels = new Channels(settings, Optional.of(new ChannelRows(store, box)), Clock.systemUTC());
        Settings.of(context).list("waystation.channels.closed").forEach(channels::reserveForSource);
        registry.bind("channels", channels);
        SecretFiles files = new SecretFiles(context, Settings.of(context).duration(RELOAD));
        if (!settings.defined().isEmpty()) {
            files.add(() -> channels.refresh(ChannelSettings.of(Settings.of(context), keys).defined()));
        }
        registry.bind(SecretFiles.NAME, files);
        context.addService(files, true, true);
        ChannelQuotas quotas = new ChannelQuotas(settings, Clock.systemUTC());
        registry.bind("channelQuotas", quotas);
        Gauge.builder("waystation.channels.open", quotas, ChannelQuotas::openChannels)
                .description("Channels in use that nobody defined").register(Meters.of(context));
    }
}
