package io.waystation.cli;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import javax.crypto.Mac;

import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

import io.waystation.key.Ed25519;
import io.waystation.key.StandardWebhooksKey;
import io.waystation.settings.Secret;

/**
 * Makes the headers with which a provider would send a webhook: event, delivery id and signature.
 *
 * <p>Immutable and thread-safe.
 */
final class WebhookSigner {
    /** Providers whose webhooks can be signed. */
    enum Provider {
        GITHUB, GITLAB, BITBUCKET, BITBUCKET_SERVER, GITEA, FORGEJO, LINEAR, STANDARD_WEBHOOKS, SLACK, STRIPE, SHOPIFY, JIRA, WEBSUB,
        CLOUDEVENTS, HMAC, BEARER;

        /** Name as it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }

        static Provider of(String name) {
            return Arrays.stream(values()).filter(provider -> provider.toString().equals(name)).findFirst()
                    .orElseThrow(() -> new CommandFailure(ExitCode.USAGE, "'" + name + "' is not a provider; providers are "
                            + Arrays.stream(values()).map(Provider::toString).collect(Collectors.joining(", "))));
        }
    }

    private static final String HUB_SIGNATURE = "X-Hub-Signature";

    private final Provider provider;
    private final String secret;

    /**
     * A signer.
     *
     * @param provider who the webhook is to come from
     * @param secret the provider's secret, or null to leave the signature out
     */
    WebhookSigner(Provider provider, String secret) {
        this.provider = provider;
        this.secret = secret;
    }

    /**
     * Headers of one webhook.
     *
     * @param event what happened, in the provider's words, such as {@code push}
     * @param id delivery id
     * @param now when it is sent
     * @param body the exact bytes
     */
    Map<String, String> headers(String event, String id, Instant now, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>(describe(event, id));
        if (secret != null) {
            headers.putAll(signature(id, now, body));
        }
        return headers;
    }

    private Map<String, String> describe(String event, String id) {
        return switch (provider) {
            case GITHUB -> Map.of("X-GitHub-Event", event, "X-GitHub-Delivery", id, "User-Agent", "GitHub-Hookshot/waystation");
            case GITLAB -> Map.of("X-Gitlab-Event", event, "X-Gitlab-Event-UUID", id, "Idempotency-Key", id);
            case BITBUCKET -> Map.of("X-Event-Key", event, "X-Request-UUID", id);
            case BITBUCKET_SERVER -> Map.of("X-Event-Key", event, "X-Request-Id", id);
            case GITEA -> Map.of("X-Gitea-Event", event, "X-Gitea-Delivery", id);
            case FORGEJO -> Map.of("X-Forgejo-Event", event, "X-Forgejo-Delivery", id,
                    "X-Gitea-Event", event, "X-Gitea-Delivery", id);
            case LINEAR -> Map.of("Linear-Event", event, "Linear-Delivery", id);
            case SHOPIFY -> Map.of("X-Shopify-Topic", event, "X-Shopify-Webhook-Id", id);
            case JIRA -> Map.of("X-Atlassian-Webhook-Identifier", id);
            case CLOUDEVENTS -> Map.of("ce-specversion", "1.0", "ce-id", id, "ce-source", "/waystation-send", "ce-type", event);
            case STANDARD_WEBHOOKS, SLACK, STRIPE, WEBSUB, HMAC, BEARER -> Map.of("Idempotency-Key", id);
        };
    }

    private Map<String, String> signature(String id, Instant now, byte[] body) {
        String seconds = Long.toString(now.getEpochSecond());
        byte[] key = secret.getBytes(StandardCharsets.UTF_8);
        return switch (provider) {
            case GITHUB -> Map.of("X-Hub-Signature-256", "sha256=" + hex(key, body));
            case GITLAB -> secret.startsWith("whsec_")
                    ? standardWebhooks(id, seconds, body) : Map.of("X-Gitlab-Token", secret);
            case BITBUCKET, BITBUCKET_SERVER, JIRA, WEBSUB -> Map.of(HUB_SIGNATURE, "sha256=" + hex(key, body));
            case GITEA -> Map.of("X-Gitea-Signature", hex(key, body));
            case FORGEJO -> Map.of("X-Forgejo-Signature", hex(key, body), "X-Gitea-Signature", hex(key, body));
            case LINEAR -> Map.of("Linear-Signature", hex(key, body));
            case STANDARD_WEBHOOKS -> standardWebhooks(id, seconds, body);
            case SLACK -> Map.of("X-Slack-Request-Timestamp", seconds,
                    "X-Slack-Signature", "v0=" + hex(key, bytes("v0:" + seconds + ":"), body));
            case STRIPE -> Map.of("Stripe-Signature", "t=" + seconds + ",v1=" + hex(key, bytes(seconds + "."), body));
            case SHOPIFY -> Map.of("X-Shopify-Hmac-SHA256", base64(hmac(key, body)));
            case HMAC -> Map.of("X-Signature", hex(key, body));
            case BEARER, CLOUDEVENTS -> Map.of("Authorization", "Bearer " + secret);
        };
    }

    private Map<String, String> standardWebhooks(String id, String seconds, byte[] body) {
        StandardWebhooksKey key;
        try {
            key = StandardWebhooksKey.of(Secret.of(secret));
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailure(ExitCode.USAGE, "the secret cannot be used: " + malformed.getMessage());
        }
        if (!key.isSymmetric() && key.privateKey() == null) {
            throw new CommandFailure(ExitCode.USAGE, "the secret is a public key, which cannot sign; it is whsec_ or whsk_ and Base64");
        }
        byte[] start = bytes(id + "." + seconds + ".");
        return Map.of("webhook-id", id, "webhook-timestamp", seconds, "webhook-signature", key.isSymmetric()
                ? "v1," + base64(hmac(key.bytes(), start, body))
                : "v1a," + base64(Ed25519.sign(key.privateKey(), start, body)));
    }

    private static String hex(byte[] key, byte[]... parts) {
        return HexFormat.of().formatHex(hmac(key, parts));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        Mac mac = HmacUtils.getInitializedMac(HmacAlgorithms.HMAC_SHA_256, key);
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }
}
