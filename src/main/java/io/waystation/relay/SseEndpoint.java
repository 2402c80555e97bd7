package io.waystation.relay;

import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Send events to clients that follow a channel by Server-Sent Events, and receive events from the channel of a
 * Waystation, gosmee or smee server.
 *
 * <p>{@code sse:hub} sends batches of the log's tail; the clients connect by the hub's stream routes.
 * {@code sse:https://host/channel} follows a channel.
 */
@UriEndpoint(firstVersion = "0.1.0", scheme = "sse", title = "Server-Sent Events", syntax = "sse:target",
        category = {Category.HTTP, Category.MESSAGING})
public class SseEndpoint extends DefaultEndpoint {
    @UriPath(description = "To send: hub, the clients of this hub. To receive: address of a channel")
    @Metadata(required = true)
    private final String target;

    @UriParam
    private SseFollowing following = new SseFollowing();

    public SseEndpoint(String uri, Component component, String target) {
        super(uri, component);
        this.target = target;
    }

    public String getTarget() {
        return target;
    }

    /** How a channel is followed. */
    public SseFollowing getFollowing() {
        return following;
    }

    public void setFollowing(SseFollowing following) {
        this.following = following;
    }

    @Override
    public Producer createProducer() {
        if (!"hub".equals(target)) {
            throw new IllegalArgumentException("sse:" + target + " cannot be sent to; only sse:hub can");
        }
        return new SseProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (!target.startsWith("http://") && !target.startsWith("https://")) {
            throw new IllegalArgumentException("sse:" + target + " cannot be received from; sse:https://host/channel can");
        }
        SseConsumer consumer = new SseConsumer(this, processor, following.options(target));
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public SseComponent getComponent() {
        return (SseComponent) super.getComponent();
    }
}
