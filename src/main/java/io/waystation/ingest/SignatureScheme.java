package io.waystation.ingest;

import io.waystation.event.Headers;

/**
 * One way of proving who sent a webhook.
 *
 * <p>Built once per source or channel with its secrets (several at once, so that they can be rotated), the
 * replay window and the clock. Thread-safe, never blocks, never throws: whatever was sent, the answer is a
 * {@link Verdict}. Looks at the raw bytes and compares in constant time.
 */
interface SignatureScheme {
    /** Says whether the request was signed with one of the secrets. */
    Verdict verify(Headers headers, byte[] body);
}
