package io.waystation.delivery;

import java.time.Duration;

/**
 * What a route says about attempts.
 *
 * @param within time of one attempt
 * @param retryClientErrors whether statuses 400 to 499 are retried, apart from 408, 410 and 429
 * @param longestRetryAfter a {@code Retry-After} counts up to this
 */
record DeliveryPolicy(Duration within, boolean retryClientErrors, Duration longestRetryAfter) {
}
