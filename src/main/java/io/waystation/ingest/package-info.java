/**
 * Webhooks in: signature schemes, provider classification, and what of a request may travel on.
 *
 * <p>The only place where trust is made: nothing else sets whether an event is verified. Knows nothing of
 * how events are stored or who reads them.
 */
package io.waystation.ingest;
