package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.event.EventHeaders;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** Sends an endpoint a signed delivery of the type {@code io.waystation.test}, which is not a delivery of any event. Thread-safe. */
public final class TestDelivery {
    /** Type of the event that is sent. */
    static final String TYPE = "io.waystation.test";

    private static final Duration WITHIN = Duration.ofSeconds(20);

    private final DeliveryClient client;
    private final CamelContext context;
    private final Clock clock;

    TestDelivery(DeliveryClient client, CamelContext context, Clock clock) {
        this.client = client;
        this.context = context;
        this.clock = clock;
    }

    /**
     * What came back.
     *
     * @param webhookId the {@code webhook-id} that was sent
     * @param took how long it took
     */
    public record Came(String webhookId, Instant at, Duration took, Answer answer) {
        /** As the API shows it. */
        public ObjectNode json() {
            return JsonNodeFactory.instance.objectNode().put("ok", answer.isSuccess()).put("webhookId", webhookId).put("at", at.toString())
                    .put("millis", took.toMillis()).put("status", answer.status() == 0 ? null : answer.status())
                    .put("error", answer.error() == null ? null : answer.error().text()).put("detail", answer.detail())
                    .put("snippet", answer.snippet());
        }
    }

    /** Sends it; never fails. The endpoint's standing does not matter, and is not changed. */
    public CompletableFuture<Came> send(Endpoint endpoint) {
        Instant now = clock.instant();
        String id = UUID.randomUUID().toString();
        byte[] body = JsonNodeFactory.instance.objectNode().put("type", TYPE).put("endpoint", endpoint.id()).put("name", endpoint.name())
                .put("time", now.toString()).toString().getBytes(StandardCharsets.UTF_8);
        Message message = new DefaultMessage(context);
        message.setHeader(EventHeaders.ID, id);
        message.setHeader(EventHeaders.SOURCE, "/waystation/endpoints");
        message.setHeader(EventHeaders.TYPE, TYPE);
        message.setHeader(EventHeaders.SUBJECT, endpoint.id());
        message.setHeader(EventHeaders.TIME, now.toString());
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        long begun = System.nanoTime();
        CompletableFuture<Answer> answer = endpoint.pulls()
                ? CompletableFuture.completedFuture(Answer.failed(ErrorClass.NETWORK_ERROR, "the endpoint pulls; nothing can be sent to it"))
                : client.send("POST", endpoint, DeliveryRequest.headers(message, endpoint, now, body), body, WITHIN);
        return answer.thenApply(came -> new Came(DeliveryId.webhookId(id), now, Duration.ofNanos(System.nanoTime() - begun), came));
    }
}
