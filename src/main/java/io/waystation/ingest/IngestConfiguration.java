package io.waystation.ingest;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Supplier;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import io.waystation.channel.ChannelQuotas;
import io.waystation.channel.Channels;
import io.waystation.channel.SubscriberCount;
import io.waystation.settings.SecretFiles;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;

/** Builds the bean {@code ingest}. */
public final class IngestConfiguration implements CamelConfiguration, SettingsCheck {
    @Override
    public void check(Settings settings) {
        IngestSettings.of(settings);
    }

    @Override
    public void configure(CamelContext context) {
        IngestSettings settings = IngestSettings.of(Settings.of(context));
        Registry registry = context.getRegistry();
        Clock clock = Clock.systemUTC();
        NoArgGenerator ids = Generators.timeBasedEpochGenerator(new SecureRandom());
        Channels channels = registry.lookupByNameAndType("channels", Channels.class);
        SourceFactory sources = new SourceFactory(settings, clock, Meters.of(context));
        channels.addCheck(sources::ofChannel); // a channel that cannot work is refused now, not at its first post
        Ingest ingest = new Ingest(
                settings,
                channels,
                registry.lookupByNameAndType("channelQuotas", ChannelQuotas.class),
                new Subscribers(registry),
                sources,
                clock,
                () -> ids.generate().toString());
        registry.bind("ingest", ingest);
        registry.lookupByNameAndType(SecretFiles.NAME, SecretFiles.class).add(ingest::refreshSecrets);
    }

    /** Finds whoever counts subscribers, which is built after this room. */
    private static final class Subscribers implements Supplier<SubscriberCount> {
        private final Registry registry;
        private volatile SubscriberCount found;

        private Subscribers(Registry registry) {
            this.registry = registry;
        }

        @Override
        public SubscriberCount get() {
            if (found == null) {
                found = registry.findSingleByType(SubscriberCount.class);
            }
            return found;
        }
    }
}
