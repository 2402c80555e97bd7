package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a delivery is signed. Where a style has room for several signatures every current key signs, so that keys change
 * without a failed delivery; elsewhere the newest does, or the oldest, as the endpoint has it ({@link EndpointOptions.Signer}).
 */
public enum SignatureStyle {
    /**
     * {@code webhook-id}, {@code webhook-timestamp} and {@code webhook-signature} with {@code v1} and {@code v1a}.
     *
     * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks</a>
     */
    STANDARD_WEBHOOKS {
        @Override
        void sign(Signed what, Map<String, String> headers) {
            byte[] start = ascii(what.id() + "." + what.seconds() + ".");
            headers.put("webhook-signature", what.keys().stream().filter(SigningKey::isStandard)
                    .map(key -> key.standardSignature(start, what.body())).collect(Collectors.joining(" ")));
        }
    },
    /** {@code X-Hub-Signature-256: sha256=...} over the body. */
    GITHUB {
        @Override
        void sign(Signed what, Map<String, String> headers) {
            headers.put("X-Hub-Signature-256", "sha256=" + what.single().hex(NOTHING, what.body()));
        }
    },
    /** {@code Stripe-Signature: t=...,v1=...} with one {@code v1} for each key. */
    STRIPE {
        @Override
        void sign(Signed what, Map<String, String> headers) {
            byte[] start = ascii(what.seconds() + ".");
            headers.put("Stripe-Signature", "t=" + what.seconds() + what.keys().stream()
                    .map(key -> ",v1=" + key.hex(start, what.body())).collect(Collectors.joining()));
        }
    },
    /** {@code X-Slack-Signature: v0=...} and {@code X-Slack-Request-Timestamp}. */
    SLACK {
        @Override
        void sign(Signed what, Map<String, String> headers) {
            headers.put("X-Slack-Request-Timestamp", Long.toString(what.seconds()));
            headers.put("X-Slack-Signature", "v0=" + what.single().hex(ascii("v0:" + what.seconds() + ":"), what.body()));
        }
    },
    /** {@code X-Webhook-Signature: sha256=...} over milliseconds, a dot and the body; {@code X-Webhook-Timestamp} has the milliseconds. */
    EDGE {
        @Override
        void sign(Signed what, Map<String, String> headers) {
            long millis = what.at().toEpochMilli();
            headers.put("X-Webhook-Timestamp", Long.toString(millis));
            headers.put("X-Webhook-Signature", "sha256=" + what.single().hex(ascii(millis + "."), what.body()));
        }
    };

    private static final byte[] NOTHING = new byte[0];

    /** Adds the headers of this style. */
    abstract void sign(Signed what, Map<String, String> headers);

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The style written so.
     *
     * @throws IllegalArgumentException when there is none, naming those there are
     */
    public static SignatureStyle of(String text) {
        return Arrays.stream(values()).filter(style -> style.text().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no signature style; styles are "
                        + Arrays.stream(values()).map(SignatureStyle::text).collect(Collectors.joining(", "))));
    }

    /**
     * What is signed.
     *
     * @param id {@code webhook-id}, without dots
     * @param at time of this attempt
     * @param body exact bytes
     * @param keys current keys, the newest first, at least one
     * @param signer which of them signs where there is room for one signature
     */
    record Signed(String id, Instant at, byte[] body, List<SigningKey> keys, EndpointOptions.Signer signer) {
        SigningKey single() {
            return keys.get(signer == EndpointOptions.Signer.NEWEST ? 0 : keys.size() - 1);
        }

        long seconds() {
            return at.getEpochSecond();
        }
    }
}
