package io.waystation.relay;

import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Send events to clients that follow a channel by Server-Sent Events.
 *
 * <p>{@code sse:hub} sends batches of the log's tail; the clients connect by the hub's stream routes.
 */
@UriEndpoint(firstVersion = "0.1.0", scheme = "sse", title = "Server-Sent Events", syntax = "sse:target",
        category = {Category.HTTP, Category.MESSAGING}, producerOnly = true)
public class SseEndpoint extends DefaultEndpoint {
    @UriPath(description = "hub: the clients of this hub")
    @Metadata(required = true)
    private final String target;

    public SseEndpoint(String uri, Component component, String target) {
        super(uri, component);
        this.target = target;
    }

    public String getTarget() {
        return target;
    }

    @Override
    public Producer createProducer() {
        if (!"hub".equals(target)) {
            throw new IllegalArgumentException("sse:" + target + " cannot be sent to; only sse:hub can");
        }
        return new SseProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("sse:" + target + " cannot be read from");
    }

    @Override
    public SseComponent getComponent() {
        return (SseComponent) super.getComponent();
    }
}
