package io.waystation.ingest;

import io.waystation.event.Headers;

/** Events of a sender the hub knows nothing about. */
final class GenericEvents implements Classifier {
    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        return new EventAttributes(UNKNOWN_TYPE, null, null, null);
    }
}
