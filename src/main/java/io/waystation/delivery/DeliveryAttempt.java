package io.waystation.delivery;

import java.time.Duration;
import java.time.Instant;

/**
 * One attempt of a delivery.
 *
 * @param delivery id of the delivery
 * @param number which attempt, 1 for the first since it was owed or replayed
 * @param at when it began
 * @param latency how long it took
 * @param status status of the answer, 0 when none came
 * @param error why it is no success, or null
 * @param detail the same for a person, or null
 * @param snippet first part of the answer's body, as text
 */
public record DeliveryAttempt(String delivery, int number, Instant at, Duration latency, int status, ErrorClass error,
        String detail, String snippet) {
}
