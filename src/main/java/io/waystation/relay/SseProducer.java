package io.waystation.relay;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

import io.waystation.event.EventBatch;

/** Gives batches of events to the hub; never waits for a client. */
final class SseProducer extends DefaultAsyncProducer {
    SseProducer(SseEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            SseHub hub = ((SseEndpoint) getEndpoint()).getComponent().getHub();
            hub.publish(exchange.getMessage().getMandatoryBody(EventBatch.class));
        } catch (Exception failure) {
            exchange.setException(failure);
        }
        callback.done(true);
        return true;
    }
}
