/**
 * The relay: event streams out to clients and in from other hubs.
 *
 * <p>The {@code sse:} component, the encodings of gosmee, smee and Waystation, subscribers and cursors.
 * Nothing here decides what happens to an event.
 */
package io.waystation.relay;
