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

/**
 * Makes the headers with which a provider would send a webhook: event, delivery id and signature.
 *
 * <p>Immutable and thread-safe.
 */
final class WebhookSigner {
    /** Providers whose webhooks can be signed. */
    enum Provider {
        GITHUB, GITLAB, BITBUCKET, GITEA, FORGEJO, LINEAR, STANDARD_WEBHOOKS, SLACK, STRIPE, SHOPIFY, WEBSUB, HMAC, BEARER;

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
            case GITEA -> Map.of("X-Gitea-Event", event, "X-Gitea-Delivery", id);
            case FORGEJO -> Map.of("X-Forgejo-Event", event, "X-Forgejo-Delivery", id,
                    "X-Gitea-Event", event, "X-Gitea-Delivery", id);
            case LINEAR -> Map.of("Linear-Event", event, "Linear-Delivery", id);
            case SHOPIFY -> Map.of("X-Shopify-Topic", event, "X-Shopify-Webhook-Id", id);
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
            case BITBUCKET, WEBSUB -> Map.of(HUB_SIGNATURE, "sha256=" + hex(key, body));
            case GITEA -> Map.of("X-Gitea-Signature", hex(key, body));
            case FORGEJO -> Map.of("X-Forgejo-Signature", hex(key, body), "X-Gitea-Signature", hex(key, body));
            case LINEAR -> Map.of("Linear-Signature", hex(key, body));
            case STANDARD_WEBHOOKS -> standardWebhooks(id, seconds, body);
            case SLACK -> Map.of("X-Slack-Request-Timestamp", seconds,
                    "X-Slack-Signature", "v0=" + hex(key, bytes("v0:" + seconds + ":"), body));
            case STRIPE -> Map.of("Stripe-Signature", "t=" + seconds + ",v1=" + hex(key, bytes(seconds + "."), body));
            case SHOPIFY -> Map.of("X-Shopify-Hmac-SHA256", base64(hmac(key, body)));
            case HMAC -> Map.of("X-Signature", hex(key, body));
            case BEARER -> Map.of("Authorization", "Bearer " + secret);
        };
    }

    private Map<String, String> standardWebhooks(String id, String seconds, byte[] body) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(secret.startsWith("whsec_") ? secret.substring(6) : secret);
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailure(ExitCode.USAGE, "the secret is not one of Standard Webhooks: whsec_ and Base64");
        }
        return Map.of("webhook-id", id, "webhook-timestamp", seconds,
                "webhook-signature", "v1," + base64(hmac(key, bytes(id + "." + seconds + "."), body)));
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
