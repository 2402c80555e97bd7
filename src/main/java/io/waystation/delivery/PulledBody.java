package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.http.StreamFrame;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/**
 * A delivery as an endpoint pulls it: the headers and the body that would be sent to it, through the same route step, signed
 * the same way. Thread-safe.
 */
final class PulledBody {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHANGE = "direct:delivery-body";

    private final Deliveries deliveries;
    private final CamelContext context;
    private final Clock clock;
    private ProducerTemplate template;

    PulledBody(Deliveries deliveries, CamelContext context, Clock clock) {
        this.deliveries = deliveries;
        this.context = context;
        this.clock = clock;
    }

    private synchronized ProducerTemplate template() {
        if (template == null) {
            template = context.createProducerTemplate();
        }
        return template;
    }

    /** Whether the hub is stopping, so that no body can be made any more. */
    boolean isStopping() {
        return context.isStopping() || context.isStopped();
    }

    /**
     * The event of the stream for a delivery.
     *
     * @throws IllegalStateException when its event is no longer kept, or the route cannot make its body
     */
    StreamFrame frame(Endpoint endpoint, PullRows.Handed handed) {
        Exchange exchange = template().send(CHANGE, loading -> deliveries.fill(loading, handed.delivery()));
        if (exchange.getException() != null) {
            throw new IllegalStateException(exchange.getException().getMessage(), exchange.getException());
        }
        byte[] body = exchange.getMessage().getBody(byte[].class);
        byte[] sent = body == null ? new byte[0] : body;
        Map<String, String> headers = DeliveryRequest.headers(exchange.getMessage(), endpoint, clock.instant(), sent);
        ObjectNode data = JSON.createObjectNode().put("position", handed.position()).put("delivery", handed.delivery());
        ObjectNode shown = data.putObject("headers");
        headers.forEach(shown::put);
        data.put("body", Base64.getEncoder().encodeToString(sent));
        return StreamFrame.of(("id: " + handed.position() + "\nevent: delivery\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
