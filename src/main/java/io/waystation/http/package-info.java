/**
 * The HTTP server under {@code platform-http}: event loops, limits, TLS, problem JSON, tokens and roles.
 *
 * <p>Knows nothing of webhooks, channels or events' meaning.
 */
package io.waystation.http;
