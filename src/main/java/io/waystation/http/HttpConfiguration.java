package io.waystation.http;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

/** Puts the room's beans in the registry. */
public final class HttpConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext camelContext) {
        RefusedRequests.of(camelContext);
    }
}
