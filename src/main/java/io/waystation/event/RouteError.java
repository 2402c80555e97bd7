package io.waystation.event;

import org.apache.camel.Exchange;
import org.apache.camel.spi.ReactiveExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An error, such as a stack overflow, that Camel let through from a route to who gave it an exchange. */
public final class RouteError {
    private static final Logger LOG = LoggerFactory.getLogger(RouteError.class);

    private RouteError() {
    }

    /**
     * Makes the error the failure of its exchange and brings the route to its end. Camel leaves what comes then, handling of
     * the failure and leaving the routes among it, to the next exchange of the same thread, and until then a stop waits for it.
     * Called on the thread that gave the exchange to the route; that its end was reported then is likely and not certain.
     */
    public static void settle(Exchange exchange, Throwable error) {
        exchange.setException(error);
        ReactiveExecutor executor = exchange.getContext().getCamelContextExtension().getReactiveExecutor();
        boolean more = true;
        while (more) {
            try {
                more = executor.executeFromQueue();
            } catch (Throwable another) { // and there may be more behind it
                LOG.error("A step that followed an error failed, too", another);
            }
        }
    }
}
