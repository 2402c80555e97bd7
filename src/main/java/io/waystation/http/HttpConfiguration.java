package io.waystation.http;

import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds {@code tokens}, {@code access} and {@code refusedRequests}; makes the first token.
 *
 * <p>The server itself is made by {@link HubHttpServerFactory} when Camel Main reads {@code camel.server.*}.
 */
public final class HttpConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String PORT = "waystation.port";
    private static final String SERVER = "camel.server.enabled";
    private static final long EXPIRY_SECONDS = 2;
    private static final Logger LOG = LoggerFactory.getLogger(HttpConfiguration.class);

    @Override
    public void check(Settings settings) {
        settings.number(PORT, 0, 65_535);
        if (!settings.flag(SERVER)) {
            throw new InvalidSettingException(SERVER, "must be true: the hub takes webhooks in, and its commands, over HTTP");
        }
        HttpSettings.of(settings);
    }

    @Override
    public void configure(CamelContext camelContext) throws Exception {
        Registry registry = camelContext.getRegistry();
        Store store = registry.lookupByNameAndType("store", Store.class);
        DataFolder folder = registry.lookupByNameAndType("dataFolder", DataFolder.class);
        StoredTokens tokens = new StoredTokens(store, Clock.systemUTC());
        TokenFile.writeFirst(tokens, folder.token());
        registry.bind(Tokens.NAME, tokens);
        registry.bind(Access.NAME, new Access(tokens));
        RefusedRequests.of(camelContext);
        camelContext.addService(new Expiry(camelContext, tokens), true, true);
    }

    /** Looks for tokens that expired while something they opened is open. */
    private static final class Expiry extends ServiceSupport {
        private final CamelContext context;
        private final StoredTokens tokens;
        private ScheduledExecutorService timer;

        private Expiry(CamelContext context, StoredTokens tokens) {
            this.context = context;
            this.tokens = tokens;
        }

        @Override
        protected void doStart() {
            timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "token-expiry");
            timer.scheduleWithFixedDelay(this::look, EXPIRY_SECONDS, EXPIRY_SECONDS, TimeUnit.SECONDS);
        }

        private void look() {
            try {
                tokens.lookForExpired();
            } catch (RuntimeException failure) { // a scheduled task that throws would never run again
                LOG.warn("Streams of expired tokens could not be ended: {}", failure.toString());
            }
        }

        @Override
        protected void doStop() {
            if (timer != null) {
                context.getExecutorServiceManager().shutdownNow(timer);
            }
        }
    }
}
