package io.waystation.ingest;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/** Events of services that are no forges: Slack, Stripe, Shopify, Jira and WebSub hubs. One method each. */
final class ServiceEvents {
    private static final Wanted SLACK = Wanted.of("type", "team_id", "team.id", "event_id", "event.type", "event.channel");
    private static final Wanted STRIPE = Wanted.of("id", "type", "account", "data.object.id");
    private static final Wanted JIRA = Wanted.of("webhookEvent", "issue.key");

    private ServiceEvents() {
    }

    /** Slack: Events API, interactive payloads and slash commands. */
    static EventAttributes slack(Headers headers, byte[] body) {
        JsonFields fields = JsonFields.read(FormPayload.json(headers, body), SLACK);
        boolean form = FormPayload.isForm(headers);
        String command = form ? FormPayload.text(body, "command") : null;
        String type = Allowed.eventWord(command != null ? "command" : fields.first("event.type", "type"));
        String team = Allowed.path(command != null ? FormPayload.text(body, "team_id") : fields.first("team_id", "team.id"));
        return new EventAttributes(
                "com.slack." + type, "/slack" + (team == null ? "" : "/" + team),
                Allowed.subject(command != null ? command : fields.get("event.channel")),
                Allowed.id(fields.get("event_id")));
    }

    /** Stripe. */
    static EventAttributes stripe(Headers headers, byte[] body) {
        JsonFields fields = JsonFields.read(body, STRIPE);
        String type = Allowed.eventWord(fields.get("type"));
        String account = Allowed.path(fields.get("account"));
        return new EventAttributes(
                "com.stripe." + type, "/stripe" + (account == null ? "" : "/" + account),
                Allowed.subject(fields.get("data.object.id")), Allowed.id(fields.get("id")));
    }

    /** Shopify says everything in headers. */
    static EventAttributes shopify(Headers headers, byte[] body) {
        String topic = Allowed.eventWord(headers.first("x-shopify-topic").orElse("").replace('/', '.'));
        String shop = Allowed.path(headers.first("x-shopify-shop-domain").orElse(null));
        return new EventAttributes(
                "com.shopify." + topic, "/shopify" + (shop == null ? "" : "/" + shop), null,
                Allowed.id(headers.first("x-shopify-webhook-id").orElse(null)));
    }

    /** Jira. */
    static EventAttributes jira(Headers headers, byte[] body) {
        JsonFields fields = JsonFields.read(body, JIRA);
        String event = fields.get("webhookEvent");
        event = Allowed.eventWord(event != null && event.startsWith("jira:") ? event.substring(5) : event);
        return new EventAttributes(
                "com.atlassian.jira." + event, "/jira", Allowed.subject(fields.get("issue.key")),
                Allowed.id(headers.first("x-atlassian-webhook-identifier").orElse(null)));
    }

    /** Content a WebSub hub distributes. */
    static EventAttributes webSub(Headers headers, byte[] body) {
        return new EventAttributes("org.w3.websub.content", null, null, null);
    }
}
