package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.ChannelQuotas;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.EventHistory;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.http.HttpRequest;
import io.waystation.http.JsonBody;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;

/**
 * Sends an event of a channel again, as a new event through the log: bean {@code replays} of the routes.
 *
 * <p>A position names a stored event, which is repeated byte for byte with {@code replayOf} set; what was
 * verified about it stays only if the caller showed a token or a secret of the channel. Without one, what the caller sent becomes an unverified event: the body as it is (gosmee), or the
 * event a smee page shows, taken apart again.
 */
public final class Replays {
    private final ChannelReaders readers;
    private final ChannelQuotas quotas;
    private final EventHistory history;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Replays(ChannelReaders readers, ChannelQuotas quotas, EventHistory history, Clock clock) {
        this.readers = readers;
        this.quotas = quotas;
        this.history = history;
        this.clock = clock;
    }

    /** {@code POST /replay/{channel}}: {@code ?position=} or the body as gosmee's page sends it. */
    public void replay(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        ChannelPolicy policy = policy(exchange);
        boolean proved = readers.requireReplay(request, policy);
        Optional<String> position = QueryString.first(request.query(), "position");
        Event event = position.isPresent()
                ? repeat(policy, position.get(), proved)
                : fresh(policy, ReplayHeaders.of(request.headers()), body(exchange));
        hand(exchange, policy, event);
    }

    /** {@code POST /{channel}/redeliver}: {@code {"position": ..}} or {@code {"id": ..}}, or what smee's page sends. */
    public void redeliver(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        ChannelPolicy policy = policy(exchange);
        boolean proved = readers.requireReplay(request, policy);
        JsonNode json = JsonBody.read(body(exchange))
                .orElseThrow(() -> new ProblemException(400, "invalid-json", "The body must be a JSON object."));
        JsonNode position = json.path("position").isTextual() ? json.get("position") : json.path("id");
        if (position.isTextual()) {
            hand(exchange, policy, repeat(policy, position.asText(), proved));
        } else if (json.has("body")) {
            hand(exchange, policy, fresh(policy, ReplayHeaders.of(json), payload(json.get("body"))));
        } else {
            throw new ProblemException(400, "nothing-to-redeliver",
                    "Send {\"position\": \"<millis>-<offset>\"} with the id of the event.");
        }
    }

    private ChannelPolicy policy(Exchange exchange) {
        return readers.policy(exchange.getMessage().getHeader("channel", String.class));
    }

    /** Counts what will be in the log, which may be far more than the request that names it. */
    private void admit(ChannelPolicy policy, Event event) {
        quotas.admit(policy, event.weight()).ifPresent(exceeded -> {
            throw new ProblemException(429, "over-quota",
                    "over the limit of " + exceeded.limit() + ", which resets at " + exceeded.reset() + "; nothing was kept",
                    Map.of("Retry-After", Long.toString(exceeded.retryAfter().toSeconds())));
        });
    }

    private Event repeat(ChannelPolicy policy, String text, boolean proved) {
        Event stored = Position.parse(text)
                .flatMap(position -> history.find(position.offset()))
                .filter(found -> found.position().toString().equals(text))
                .map(found -> found.event())
                .filter(event -> event.channel().equals(policy.name()))
                .orElseThrow(() -> new ProblemException(404, "no-such-event",
                        "The channel has no event at this position, or no longer."));
        return stored.again(ids.generate().toString(), stored.channel(), clock.instant(), proved);
    }

    private Event fresh(ChannelPolicy policy, Headers headers, byte[] body) {
        String channel = policy.name();
        return new Event(ids.generate().toString(), channel, "/channel/" + channel, Event.UNKNOWN_TYPE, null,
                clock.instant(), channel, Event.UNVERIFIED, null, null, "POST", "/" + channel, null, headers, body);
    }

    private static byte[] body(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }

    private static byte[] payload(JsonNode body) {
        return body.isTextual() ? body.asText().getBytes(StandardCharsets.UTF_8)
                : body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void hand(Exchange exchange, ChannelPolicy policy, Event event) {
        admit(policy, event);
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, event);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(event);
    }

    /** Answers with the new event's position, in gosmee's words. */
    public void acknowledge(Exchange exchange) {
        Message message = exchange.getMessage();
        String position = String.valueOf(message.getHeader(EventHeaders.POSITION));
        Event event = exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(("{\"channel\":\"" + event.channel() + "\",\"id\":\"" + event.id()
                + "\",\"message\":\"replayed\",\"status\":202,\"stream_id\":\"" + position + "\"}\n")
                .getBytes(StandardCharsets.UTF_8));
    }
}
