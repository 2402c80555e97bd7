package io.waystation.http;

import java.time.Clock;

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
public final class HttpConfiguration implements CamelConfiguration {
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
