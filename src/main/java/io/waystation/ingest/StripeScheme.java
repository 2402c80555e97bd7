package io.waystation.ingest;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.waystation.event.Headers;
import io.waystation.ingest.BodyHmacScheme.Field;

/**
 * Stripe: HMAC-SHA256 over {@code timestamp.body}, both in one header. The key is the secret as it is written,
 * {@code whsec_} and all.
 *
 * @see <a href="https://docs.stripe.com/webhooks#verify-manually">Stripe, verify manually</a>
 */
final class StripeScheme implements SignatureScheme {
    /** What Stripe's libraries use. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final String SIGNATURE = "stripe-signature";
    private static final int MOST_SIGNATURES = 8;

    private final HmacKeys keys;
    private final Duration window;
    private final Clock clock;

    /** A scheme of these secrets. */
    StripeScheme(SchemeSettings settings) {
        this.keys = Field.keys("HmacSHA256", settings.secrets());
        this.window = settings.windowOr(WINDOW);
        this.clock = settings.clock();
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        String timestamp = null;
        List<String> signatures = new ArrayList<>(2);
        for (String part : headers.first(SIGNATURE).orElse("").split(",")) {
            String item = part.trim();
            if (item.startsWith("t=")) {
                timestamp = item.substring(2);
            } else if (item.startsWith("v1=") && signatures.size() < MOST_SIGNATURES) {
                signatures.add(item.substring(3)); // v0 is for tests, and others may come: both are left alone
            }
        }
        long seconds = Timestamps.parse(timestamp);
        if (seconds < 0 || signatures.isEmpty()) {
            return Verdict.missing(SIGNATURE);
        }
        byte[] start = (timestamp + ".").getBytes(StandardCharsets.US_ASCII);
        for (String signature : signatures) {
            int secret = keys.match(SignatureEncoding.HEX.decode(signature), start, body);
            if (secret >= 0) {
                return Timestamps.isWithin(seconds, window, clock)
                        ? new Verdict.Verified(Provider.STRIPE, secret) : Verdict.stale("its time", window);
            }
        }
        return Verdict.bad(SIGNATURE);
    }
}
