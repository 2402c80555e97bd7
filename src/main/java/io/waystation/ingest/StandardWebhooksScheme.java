package io.waystation.ingest;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.event.Headers;
import io.waystation.key.Ed25519;
import io.waystation.key.StandardWebhooksKey;
import io.waystation.settings.Secret;

/**
 * Standard Webhooks and Svix: HMAC-SHA256 ({@code v1}) or Ed25519 ({@code v1a}) over {@code id.timestamp.body}.
 *
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard Webhooks 1.0.0</a>
 */
final class StandardWebhooksScheme implements SignatureScheme {
    /** Tolerance of the reference libraries, in both directions. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    /** A sender rotates a few keys; checking thousands of signatures would be work for an attacker to give. */
    private static final int MOST_SIGNATURES = 8;

    private final Provider provider;
    private final List<Keyed<HmacKeys>> symmetric = new ArrayList<>();
    private final List<Keyed<PublicKey>> asymmetric = new ArrayList<>();
    private final Duration window;
    private final Clock clock;

    /** A scheme of {@code whsec_}, {@code whpk_} and {@code whsk_} secrets; plain Base64 is taken for the first. */
    StandardWebhooksScheme(Provider provider, SchemeSettings settings) {
        this.provider = provider;
        this.window = settings.windowOr(WINDOW);
        this.clock = settings.clock();
        List<Secret> secrets = settings.secrets();
        for (int i = 0; i < secrets.size(); i++) {
            StandardWebhooksKey key = StandardWebhooksKey.of(secrets.get(i));
            if (key.isSymmetric()) {
                symmetric.add(new Keyed<>(i, new HmacKeys("HmacSHA256", List.of(key.bytes()))));
            } else {
                asymmetric.add(new Keyed<>(i, key.publicKey()));
            }
        }
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        String prefix = StandardWebhooksHeaders.prefix(headers);
        Optional<String> signatures = headers.first(prefix + "signature");
        String id = Allowed.id(headers.first(prefix + "id").orElse(null));
        long seconds = Timestamps.parse(headers.first(prefix + "timestamp").orElse(null));
        if (signatures.isEmpty()) {
            return Verdict.missing("webhook-signature");
        }
        if (id == null || id.indexOf('.') >= 0) { // a full stop would let id, time and body run into each other
            return Verdict.missing(prefix + "id");
        }
        if (seconds < 0) {
            return Verdict.missing(prefix + "timestamp");
        }
        byte[] start = (id + "." + headers.first(prefix + "timestamp").orElseThrow() + ".")
                .getBytes(StandardCharsets.US_ASCII);
        int secret = match(signatures.get(), start, body);
        if (secret < 0) {
            return Verdict.bad(prefix + "signature");
        }
        return Timestamps.isWithin(seconds, window, clock)
                ? new Verdict.Verified(provider, secret) : Verdict.stale(prefix + "timestamp", window);
    }

    private int match(String signatures, byte[] start, byte[] body) {
        int checked = 0;
        for (String signature : signatures.split(" ")) {
            int comma = signature.indexOf(',');
            if (comma < 0 || checked == MOST_SIGNATURES) {
                continue;
            }
            String version = signature.substring(0, comma);
            byte[] bytes = SignatureEncoding.BASE64.decode(signature.substring(comma + 1));
            int secret = switch (version) {
                case "v1" -> matchSymmetric(bytes, start, body);
                case "v1a" -> matchAsymmetric(bytes, start, body);
                default -> -1; // versions to come are no reason to refuse the ones that are known
            };
            checked++;
            if (secret >= 0) {
                return secret;
            }
        }
        return -1;
    }

    private int matchSymmetric(byte[] signature, byte[] start, byte[] body) {
        for (Keyed<HmacKeys> key : symmetric) {
            if (key.key().match(signature, start, body) == 0) {
                return key.secret();
            }
        }
        return -1;
    }

    private int matchAsymmetric(byte[] signature, byte[] start, byte[] body) {
        for (Keyed<PublicKey> key : asymmetric) {
            if (Ed25519.verify(key.key(), signature, start, body)) {
                return key.secret();
            }
        }
        return -1;
    }

    /** A key and which of the configured secrets it is. */
    private record Keyed<T>(int secret, T key) {
    }
}
