package io.waystation.http;

import java.time.Clock;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/**
 * Binds {@code tokens}, {@code access} and {@code refusedRequests}; makes the first token.
 *
 * <p>The server itself is made by {@link HubHttpServerFactory} when Camel Main reads {@code camel.server.*}.
 */
public final class HttpConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String PORT = "waystation.port";
    private static final String SERVER = "camel.server.enabled";

    @Override
    public void check(Settings settings) {
        settings.number(PORT, 0, 65_535);
        if (!settings.flag(SERVER)) {
            throw new InvalidSettingException(SERVER, "must be true: the hub takes webhooks in, and its commands, over HTTP");
        }
        HttpSettings.of(settings);
    }

    @Override
    public void configure(CamelContext camelContext) {
        Registry registry = camelContext.getRegistry();
        Store store = registry.lookupByNameAndType("store", Store.class);
        DataFolder folder = registry.lookupByNameAndType("dataFolder", DataFolder.class);
        Tokens tokens = new StoredTokens(store, Clock.systemUTC());
        TokenFile.writeFirst(tokens, folder.token());
        registry.bind(Tokens.NAME, tokens);
        registry.bind(Access.NAME, new Access(tokens));
        RefusedRequests.of(camelContext);
    }
}
