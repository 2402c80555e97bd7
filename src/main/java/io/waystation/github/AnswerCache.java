package io.waystation.github;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest answers with an ETag, for conditional requests: one that is answered 304 costs no rate limit. Thread-safe. */
final class AnswerCache {
    private static final int MOST_BYTES = 16 << 20;
    private static final int LARGEST = 2 << 20;

    /**
     * One answer.
     *
     * @param link value of its Link header, or empty
     */
    record Entry(String etag, byte[] body, String link) {
    }

    private final Map<URI, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    synchronized Optional<Entry> find(URI address) {
        return Optional.ofNullable(entries.get(address));
    }

    synchronized void put(URI address, Entry entry) {
        Entry old = entries.remove(address);
        bytes -= old == null ? 0 : old.body().length;
        if (entry.body().length > LARGEST) {
            return;
        }
        entries.put(address, entry);
        bytes += entry.body().length;
        var oldest = entries.entrySet().iterator();
        while (bytes > MOST_BYTES) {
            bytes -= oldest.next().getValue().body().length;
            oldest.remove();
        }
    }
}
