package io.waystation.relay;

import java.util.Map;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Publishes events to clients that follow a channel by Server-Sent Events, and follows channels of other servers. */
@Component("sse")
public class SseComponent extends DefaultComponent {
    @Metadata(label = "producer", autowired = true)
    private SseHub hub;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        SseEndpoint endpoint = new SseEndpoint(uri, this, remaining);
        setProperties(endpoint.getFollowing(), parameters);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    public SseHub getHub() {
        return hub;
    }

    /** The hub that keeps the clients' streams; the only one in the registry by default. */
    public void setHub(SseHub hub) {
        this.hub = hub;
    }
}
