package io.waystation.console;

import java.util.Locale;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.channel.Quota;

/** Bean {@code channelsApi}: what holds for each channel; secrets are counted, never shown. */
public final class ChannelsApi {
    private final Channels channels;

    ChannelsApi(Channels channels) {
        this.channels = channels;
    }

    /** {@code GET /api/channels}. */
    public void list(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("channels");
        channels.defined().map(ChannelsApi::describe).forEach(rows::add);
        ApiAnswer.json(exchange, 200, answer.put("open", channels.allowsOpenChannels()));
    }

    /** {@code GET /api/channels/{name}}. */
    public void show(Exchange exchange) {
        String name = ApiRequest.of(exchange).path("name");
        ApiAnswer.json(exchange, 200, describe(channels.policy(name).orElseThrow(() -> ApiRequest.missing(
                "no-such-channel", "There is no channel '" + name + "', and open channels are off or it cannot be one."))));
    }

    private static ObjectNode describe(ChannelPolicy policy) {
        Quota quota = policy.quota();
        ObjectNode json = ApiAnswer.object().put("name", policy.name())
                .put("origin", policy.origin().name().toLowerCase(Locale.ROOT)).put("provider", policy.provider())
                .put("secrets", policy.secrets().size()).put("readers", policy.readers().size())
                .put("retention", policy.shorterRetention().map(Object::toString).orElse(null))
                .put("response", policy.response().toString()).put("keepCredentials", policy.keepCredentials());
        json.putObject("quota").put("eventsPerSecond", quota.eventsPerSecond()).put("burst", quota.burst())
                .put("bytesPerDay", quota.bytesPerDay()).put("subscribers", quota.subscribers());
        return json;
    }
}
