/**
 * Delivering events to registered endpoints: who wants what, signed HTTP calls, what is done when they fail, and the
 * record of every attempt.
 *
 * <p>Uses event, settings, store, http, work and github; other features never. Queues, schedules and order of steps
 * stand in {@code routes/deliveries.camel.yaml}.
 */
package io.waystation.delivery;
