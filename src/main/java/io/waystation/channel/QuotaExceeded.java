package io.waystation.channel;

import java.time.Duration;
import java.time.Instant;

/**
 * A post is over a limit.
 *
 * @param limit which limit and how large it is, such as {@code 50 events per second}
 * @param retryAfter how long to wait, at least a second
 * @param reset when the limit lets a post through again
 */
public record QuotaExceeded(String limit, Duration retryAfter, Instant reset) {
}
