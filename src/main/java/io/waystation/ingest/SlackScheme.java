package io.waystation.ingest;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;

import io.waystation.event.Headers;
import io.waystation.ingest.BodyHmacScheme.Field;

/**
 * Slack: HMAC-SHA256 over {@code v0:timestamp:body}.
 *
 * @see <a href="https://docs.slack.dev/authentication/verifying-requests-from-slack">Slack, verifying requests</a>
 */
final class SlackScheme implements SignatureScheme {
    /** What Slack recommends. */
    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final String SIGNATURE = "x-slack-signature";
    private static final String TIMESTAMP = "x-slack-request-timestamp";
    private static final String VERSION = "v0=";

    private final HmacKeys keys;
    private final Duration window;
    private final Clock clock;

    /** A scheme of these secrets. */
    SlackScheme(SchemeSettings settings) {
        this.keys = Field.keys("HmacSHA256", settings.secrets());
        this.window = settings.windowOr(WINDOW);
        this.clock = settings.clock();
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        String signature = headers.first(SIGNATURE).orElse("");
        String timestamp = headers.first(TIMESTAMP).orElse(null);
        long seconds = Timestamps.parse(timestamp);
        if (!signature.startsWith(VERSION)) {
            return Verdict.missing(SIGNATURE);
        }
        if (seconds < 0) {
            return Verdict.missing(TIMESTAMP);
        }
        int secret = keys.match(
                SignatureEncoding.HEX.decode(signature.substring(VERSION.length())),
                ("v0:" + timestamp + ":").getBytes(StandardCharsets.US_ASCII), body);
        if (secret < 0) {
            return Verdict.bad(SIGNATURE);
        }
        return Timestamps.isWithin(seconds, window, clock)
                ? new Verdict.Verified(Provider.SLACK, secret) : Verdict.stale(TIMESTAMP, window);
    }
}
