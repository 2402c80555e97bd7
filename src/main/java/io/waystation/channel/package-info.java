/**
 * Channels: their names, what is allowed on each, and how much.
 *
 * <p>Knows nothing of HTTP, of signatures or of how events are stored and relayed.
 */
package io.waystation.channel;
