package io.waystation.ingest;

import io.waystation.event.Headers;

/**
 * The scheme of a channel that takes webhooks of any provider: the first signature header that is there decides.
 *
 * <p>Only schemes that sign the body alone are among them, or have keys of another form: with one secret for
 * several schemes, a signature made for one must not be good for other bytes under another.
 */
final class AnyScheme implements SignatureScheme {
    private final SignatureScheme github;

    /** A scheme of these secrets. */
    AnyScheme(SchemeSettings settings) {
        this.github = SignatureSchemes.of(Provider.GITHUB, settings);
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        return github.verify(headers, body);
    }
}
