/**
 * The event: one accepted webhook, its attributes, and its place in the log.
 *
 * <p>Plain values every other room shares, the lanes that keep the order of a key, and what follows an error in a route. No I/O, no Camel routes, no configuration.
 */
package io.waystation.event;
