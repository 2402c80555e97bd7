package io.waystation.relay;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.service.ServiceSupport;

import io.waystation.channel.ChannelQuotas;
import io.waystation.channel.Channels;
import io.waystation.event.EventHistory;
import io.waystation.http.Tokens;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;
import io.waystation.store.Store;

/**
 * Builds the relay and binds {@code sseHub} (also the {@link io.waystation.channel.SubscriberCount}), {@code relay},
 * {@code relayAddresses}, {@code replays}, {@code cursors} and {@code livePage}.
 */
public final class RelayConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String OPEN_REDELIVER = "waystation.relay.open-redeliver";

    @Override
    public void check(Settings settings) {
        RelaySettings.of(settings);
        CursorLimits.of(settings);
        settings.flag(OPEN_REDELIVER);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Settings settings = Settings.of(context);
        RelaySettings limits = RelaySettings.of(settings);
        EventHistory history = find(registry, "journal", EventHistory.class);
        Channels channels = find(registry, "channels", Channels.class);
        Tokens tokens = find(registry, Tokens.NAME, Tokens.class);
        ChannelReaders readers = new ChannelReaders(channels, tokens,
                settings.flag(OPEN_REDELIVER));
        Clock clock = Clock.systemUTC();
        Cursors cursors = new Cursors(find(registry, "store", Store.class), clock, CursorLimits.of(settings));
        SseHub hub = new SseHub(history, limits, new RelayMetrics(Meters.of(context)), System::nanoTime);
        channels.onReadersChanged(name -> hub.cut(name, "readers-changed"));
        tokens.onEnded(() -> hub.cutAll("readers-changed")); // clients come back by themselves
        registry.bind("sseHub", hub);
        registry.bind("relay", new StreamRequests(hub, history, readers, cursors, limits));
        registry.bind("relayAddresses", new RelayAddresses(channels, settings.text("waystation.public-url"),
                settings.required("waystation.gosmee-version")));
        registry.bind("replays", new Replays(readers, find(registry, "channelQuotas", ChannelQuotas.class), history, clock));
        registry.bind("cursors", new CursorRequests(readers, cursors, history));
        registry.bind("livePage", new LivePage(readers));
        context.addService(new Running(hub, cursors), true, true);
    }

    private static <T> T find(Registry registry, String name, Class<T> type) {
        T found = registry.lookupByNameAndType(name, type);
        if (found == null) {
            throw new IllegalStateException("The relay needs the bean " + name);
        }
        return found;
    }

    /** Runs the hub's timers with the application. */
    private static final class Running extends ServiceSupport {
        private final SseHub hub;
        private final Cursors cursors;
        private ScheduledFuture<?> expiry;

        private Running(SseHub hub, Cursors cursors) {
            this.hub = hub;
            this.cursors = cursors;
        }

        @Override
        protected void doStart() {
            hub.start();
            expiry = hub.every(Duration.ofHours(1), cursors::expire);
        }

        @Override
        protected void doStop() {
            expiry.cancel(false);
            hub.close();
        }
    }
}
