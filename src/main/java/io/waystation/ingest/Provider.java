package io.waystation.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.waystation.event.Headers;
import io.waystation.event.Headers.Header;

/**
 * Who sends webhooks: how they are signed, what they say, and what success they want to hear.
 *
 * <p>In the order in which they are looked for: Forgejo sends Gitea's headers too, and Gitea GitHub's.
 */
enum Provider {
    FORGEJO("forgejo", 202, new ForgeEvents("forgejo", "x-forgejo-event", "x-forgejo-delivery")),
    GITEA("gitea", 202, new ForgeEvents("gitea", "x-gitea-event", "x-gitea-delivery")),
    GITHUB("github", 202, new ForgeEvents("github", "x-github-event", "x-github-delivery")),
    GITLAB("gitlab", 202, new GitLabEvents()),
    BITBUCKET("bitbucket", 202, new BitbucketEvents()),
    BITBUCKET_SERVER("bitbucket-server", 202, new BitbucketEvents()),
    LINEAR("linear", 200, new LinearEvents()),
    SLACK("slack", 200, ServiceEvents::slack),
    STRIPE("stripe", 200, ServiceEvents::stripe),
    SHOPIFY("shopify", 200, ServiceEvents::shopify),
    JIRA("jira", 202, ServiceEvents::jira),
    WEBSUB("websub", 202, ServiceEvents::webSub),
    /** CloudEvents behind a bearer token. */
    CLOUDEVENTS("cloudevents", 202, new CloudEvents()),
    /** Standard Webhooks and Svix. */
    STANDARD_WEBHOOKS("standard-webhooks", 202, CloudEvents::standardWebhooks),
    /** An HMAC in a header the source names. */
    HMAC("hmac", 202, new CloudEvents()),
    /** A static bearer token. */
    BEARER("bearer", 202, new CloudEvents()),
    /** Any of the common schemes: the signature header decides. */
    AUTO("auto", 202, new CloudEvents()),
    /** Anybody may send; events are never verified. */
    NONE("none", 202, new CloudEvents());

    private static final Map<String, Provider> SIGNS = Map.ofEntries(
            Map.entry("x-forgejo-event", FORGEJO), Map.entry("x-gitea-event", GITEA),
            Map.entry("x-github-event", GITHUB), Map.entry("x-gitlab-event", GITLAB),
            Map.entry("x-event-key", BITBUCKET), Map.entry("linear-event", LINEAR),
            Map.entry("x-slack-signature", SLACK), Map.entry("stripe-signature", STRIPE),
            Map.entry("x-shopify-topic", SHOPIFY), Map.entry("x-atlassian-webhook-identifier", JIRA),
            Map.entry("ce-type", CLOUDEVENTS), Map.entry("webhook-id", STANDARD_WEBHOOKS),
            Map.entry("svix-id", STANDARD_WEBHOOKS));
    private static final List<String> TYPES = List.of(
            "com.github.", "com.gitlab.", "com.bitbucket.", "com.gitea.", "com.forgejo.", "com.linear.", "com.slack.",
            "com.stripe.", "com.shopify.", "com.atlassian.", "org.w3.websub.", "io.waystation.");
    private static final List<String> SOURCES = List.of(
            "/github", "/gitlab", "/bitbucket", "/gitea", "/forgejo", "/linear", "/slack", "/stripe", "/shopify",
            "/jira", "/channel", "/waystation");

    private final String id;
    private final int successStatus;
    private final Classifier classifier;

    Provider(String id, int successStatus, Classifier classifier) {
        this.id = id;
        this.successStatus = successStatus;
        this.classifier = classifier;
    }

    /** Provider of a name used in routes and settings. */
    static Optional<Provider> of(String id) {
        return Arrays.stream(values()).filter(provider -> provider.id.equals(id)).findFirst();
    }

    /** Every name, for messages. */
    static String names() {
        return Arrays.stream(values()).map(Provider::id).collect(Collectors.joining(", "));
    }

    /** Who a request says it comes from; proves nothing. */
    static Provider claimedBy(Headers headers) {
        Provider claimed = NONE; // reads structured CloudEvents, which no header but the content type gives away
        for (Header header : headers.entries()) {
            Provider provider = SIGNS.get(header.name());
            if (provider != null && provider.ordinal() < claimed.ordinal()) {
                claimed = provider;
            }
        }
        return claimed;
    }

    /** Whether only the hub itself may give events this type, in lower case. */
    static boolean isTypeOfHub(String type) {
        return TYPES.stream().anyMatch(type::startsWith);
    }

    /** Whether only the hub itself may say that events are from there. */
    static boolean isSourceOfHub(String source) {
        return SOURCES.stream().anyMatch(own -> source.regionMatches(true, 0, own, 0, own.length())
                && (source.length() == own.length() || source.charAt(own.length()) == '/'));
    }

    /** Name used in routes, settings, metrics and {@code verified}. */
    String id() {
        return id;
    }

    /** Status the provider expects for an accepted webhook. */
    int successStatus() {
        return successStatus;
    }

    /** Reads its events. */
    Classifier classifier() {
        return classifier;
    }
}
