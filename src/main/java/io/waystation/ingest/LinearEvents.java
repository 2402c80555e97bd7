package io.waystation.ingest;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Events of Linear.
 *
 * @see <a href="https://linear.app/developers/webhooks#the-webhook-payload">Linear, the webhook payload</a>
 */
final class LinearEvents implements Classifier {
    private static final Wanted WANTED = Wanted.of(
            "action", "type", "organizationId", "data.identifier", "data.id", "agentSession.issue.identifier",
            "agentSession.id");

    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        JsonFields fields = JsonFields.read(body, WANTED);
        String type = Allowed.typeWord(fields.get("type"));
        type = type == null ? Allowed.eventWord(headers.first("linear-event").orElse(null)) : type;
        String action = Allowed.typeWord(fields.get("action"));
        String organization = Allowed.path(fields.get("organizationId"));
        return new EventAttributes(
                "com.linear." + type + (action == null ? "" : "." + action),
                "/linear" + (organization == null ? "" : "/" + organization),
                Allowed.subject(fields.first(
                        "data.identifier", "agentSession.issue.identifier", "agentSession.id", "data.id")),
                Allowed.id(headers.first("linear-delivery").orElse(null)));
    }
}
