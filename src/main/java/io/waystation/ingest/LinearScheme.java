package io.waystation.ingest;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import io.waystation.event.Headers;
import io.waystation.ingest.BodyHmacScheme.Field;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Linear: HMAC-SHA256 of the body, whose field {@code webhookTimestamp} must be recent.
 *
 * <p>The header {@code Linear-Timestamp} is not signed and so says nothing: believing it would let anybody send
 * an old webhook again.
 *
 * @see <a href="https://linear.app/developers/webhooks#securing-webhooks">Linear, securing webhooks</a>
 */
final class LinearScheme implements SignatureScheme {
    /** What Linear recommends. */
    static final Duration WINDOW = Duration.ofSeconds(60);

    private static final Wanted TIMESTAMP = Wanted.of("webhookTimestamp");

    private final SignatureScheme signature;
    private final Duration window;
    private final Clock clock;

    /** A scheme of these secrets. */
    LinearScheme(SchemeSettings settings) {
        this.signature = new BodyHmacScheme(
                Provider.LINEAR, List.of(Field.hex("linear-signature", "", "HmacSHA256", settings.secrets())));
        this.window = settings.windowOr(WINDOW);
        this.clock = settings.clock();
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        Verdict verdict = signature.verify(headers, body);
        if (!(verdict instanceof Verdict.Verified)) {
            return verdict;
        }
        long millis = Timestamps.parse(JsonFields.read(body, TIMESTAMP).get("webhookTimestamp"));
        if (millis < 0) {
            return new Verdict.Refused(Verdict.Reason.STALE, "the body has no webhookTimestamp");
        }
        return Timestamps.isWithinMillis(millis, window, clock) ? verdict : Verdict.stale("webhookTimestamp", window);
    }
}
