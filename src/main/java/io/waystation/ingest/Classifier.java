package io.waystation.ingest;

import io.waystation.event.Headers;

/**
 * Reads what a webhook is about from its headers and body.
 *
 * <p>Thread-safe. Never refuses: of an odd or unknown request it finds less, and the event is kept all the same.
 */
@FunctionalInterface
interface Classifier {
    /** What the request is about. */
    EventAttributes classify(Headers headers, byte[] body);
}
