package io.waystation.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.ChannelRefusedException;
import io.waystation.channel.Channels;
import io.waystation.channel.Quota;
import io.waystation.channel.ResponsePolicy;
import io.waystation.channel.SubscriberCount;
import io.waystation.http.ProblemException;
import io.waystation.settings.Secret;

/** Bean {@code channelsApi}: what holds for each channel; secrets are counted, never shown. */
public final class ChannelsApi {
    private static final List<String> FIELDS = List.of(
            "provider", "secrets", "readers", "open", "openReaders", "retention", "response", "keepCredentials", "quota");
    private static final List<String> QUOTA = List.of("eventsPerSecond", "burst", "bytesPerDay", "subscribers");
    private static final int MOST = 1_000_000;

    private final Channels channels;
    private final SubscriberCount subscribers;

    ChannelsApi(Channels channels, SubscriberCount subscribers) {
        this.channels = channels;
        this.subscribers = subscribers;
    }

    /** {@code GET /api/channels}. */
    public void list(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("channels");
        channels.defined().map(this::describe).forEach(rows::add);
        ApiAnswer.json(exchange, 200, answer.put("open", channels.allowsOpenChannels()));
    }

    /** {@code GET /api/channels/{name}}. */
    public void show(Exchange exchange) {
        String name = ApiRequest.of(exchange).path("name");
        ApiAnswer.json(exchange, 200, describe(channels.policy(name).orElseThrow(() -> ApiRequest.missing(
                "no-such-channel", "There is no channel '" + name + "', and open channels are off or it cannot be one."))));
    }

    /** {@code PUT /api/channels/{name}}: defines a channel; what is not named stays as it is. */
    public void define(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        request.onlyFields(FIELDS);
        ChannelPolicy draft = channels.draft(request.path("name"));
        draft = withWho(request, draft);
        draft = draft.withQuota(quota(request, draft.quota()));
        if (request.body().has("retention")) {
            draft = draft.withRetention(request.text("retention").map(ChannelsApi::retention).orElse(null));
        }
        if (request.text("response").isPresent()) {
            draft = draft.withResponse(ResponsePolicy.parse(request.text("response").get()).orElseThrow(
                    () -> ApiRequest.invalid("response", "must be 202, 200 or 503-when-nobody-listens")));
        }
        draft = draft.withCredentialsKept(request.flag("keepCredentials").orElse(draft.keepCredentials()));
        ChannelPolicy policy = refusing(draft, channels::define);
        Audit.note(exchange, "defined channel", policy.name());
        ApiAnswer.json(exchange, 200, describe(policy));
    }

    /** Who posts and who listens. Giving secrets closes what was open, unless the request says so too. */
    private static ChannelPolicy withWho(ApiRequest request, ChannelPolicy draft) {
        Optional<List<Secret>> secrets = secrets(request, "secrets");
        Optional<List<Secret>> readers = secrets(request, "readers");
        boolean open = request.flag("open").orElse(draft.isOpen() && secrets.orElse(List.of()).isEmpty());
        boolean openReaders = request.flag("openReaders")
                .orElse(draft.isOpenToReaders() && readers.orElse(List.of()).isEmpty());
        try {
            return draft.withSenders(request.text("provider").orElse(draft.provider()), secrets.orElse(draft.secrets()), open)
                    .withReaders(readers.orElse(draft.readers()), openReaders);
        } catch (IllegalArgumentException contradiction) {
            throw new ProblemException(400, ChannelRefusedException.INVALID,
                    "The channel cannot be both: " + contradiction.getMessage() + ". An empty list takes them away.");
        }
    }

    /** {@code DELETE /api/channels/{name}}: removes a definition; the events stay. */
    public void remove(Exchange exchange) {
        String name = ApiRequest.of(exchange).path("name");
        if (!refusing(name, channels::remove)) {
            throw ApiRequest.missing("no-such-channel", "Nobody defined a channel '" + name + "'.");
        }
        Audit.note(exchange, "removed channel", name);
        ApiAnswer.done(exchange);
    }

    private static <T, R> R refusing(T argument, Function<T, R> change) {
        try {
            return change.apply(argument);
        } catch (ChannelRefusedException refused) {
            boolean conflict = refused.code().equals(ChannelRefusedException.DEFINED_IN_SETTINGS);
            throw new ProblemException(conflict ? 409 : 400, refused.code(), refused.getMessage());
        }
    }

    private static Optional<List<Secret>> secrets(ApiRequest request, String field) {
        JsonNode given = request.body().path(field);
        if (given.isMissingNode()) {
            return Optional.empty();
        }
        if (!given.isArray()) {
            throw ApiRequest.invalid(field, "must be a list of texts; an empty one takes them away");
        }
        List<Secret> secrets = new ArrayList<>();
        for (JsonNode secret : given) {
            if (!secret.isTextual() || secret.asText().isEmpty()) {
                throw ApiRequest.invalid(field, "must be a list of texts that are not empty");
            }
            secrets.add(Secret.of(secret.asText()));
        }
        return Optional.of(secrets);
    }

    private static Duration retention(String text) {
        Duration retention = ApiRequest.duration("retention", text);
        if (retention.compareTo(ChannelPolicy.SHORTEST_RETENTION) < 0) {
            throw ApiRequest.invalid("retention", "must be at least 1s; null keeps events as long as the log does");
        }
        return retention;
    }

    private static Quota quota(ApiRequest request, Quota before) {
        JsonNode given = request.body().path("quota");
        if (!given.isMissingNode() && !given.isObject()) {
            throw ApiRequest.invalid("quota", "must be an object of limits");
        }
        given.fieldNames().forEachRemaining(field -> {
            if (!QUOTA.contains(field)) {
                throw ApiRequest.invalid("quota", "has " + String.join(", ", QUOTA) + ", but no field of another name");
            }
        });
        return new Quota(number(given, "eventsPerSecond", before.eventsPerSecond(), MOST),
                (int) whole(given, "burst", given.has("eventsPerSecond") ? 0 : before.burst(), MOST),
                whole(given, "bytesPerDay", before.bytesPerDay(), Long.MAX_VALUE),
                (int) whole(given, "subscribers", before.subscribers(), MOST));
    }

    private static double number(JsonNode quota, String field, double before, long most) {
        JsonNode given = quota.path(field);
        if (given.isMissingNode()) {
            return before;
        }
        if (!given.isNumber() || !(given.asDouble() >= 0 && given.asDouble() <= most)) {
            throw ApiRequest.invalid("quota." + field, "must be a number from 0 (no limit) to " + most);
        }
        return given.asDouble();
    }

    private static long whole(JsonNode quota, String field, long before, long most) {
        JsonNode given = quota.path(field);
        if (given.isMissingNode()) {
            return before;
        }
        if (!given.isIntegralNumber() || !given.canConvertToLong() || given.asLong() < 0 || given.asLong() > most) {
            throw ApiRequest.invalid("quota." + field, "must be a whole number from 0 (no limit) to " + most);
        }
        return given.asLong();
    }

    private ObjectNode describe(ChannelPolicy policy) {
        Quota quota = policy.quota();
        ObjectNode json = ApiAnswer.object().put("name", policy.name())
                .put("origin", policy.origin().name().toLowerCase(Locale.ROOT)).put("provider", policy.provider())
                .put("secrets", policy.secrets().size()).put("readers", policy.readers().size())
                .put("open", policy.isOpen()).put("openReaders", policy.isOpenToReaders())
                .put("retention", policy.shorterRetention().map(ApiRequest::text).orElse(null))
                .put("response", policy.response().toString()).put("keepCredentials", policy.keepCredentials())
                .put("subscribers", subscribers.count(policy.name()));
        json.putObject("quota").put("eventsPerSecond", quota.eventsPerSecond()).put("burst", quota.burst())
                .put("bytesPerDay", quota.bytesPerDay()).put("subscribers", quota.subscribers());
        return json;
    }
}
