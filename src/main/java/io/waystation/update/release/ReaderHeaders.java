package io.waystation.update.release;

import java.util.LinkedHashMap;

import io.waystation.settings.Secret;

/** Headers of a request for a stream of another hub, of a stanza that names a reader token. */
public final class ReaderHeaders extends LinkedHashMap<String, String> {
    private static final long serialVersionUID = 1L;

    /** The token: {@code env:NAME} or {@code file:/path}; empty for none. */
    public void setToken(String reference) {
        if (!reference.isBlank()) {
            put("Authorization", "Bearer " + Secret.resolve("token", reference.strip(), false).text());
        }
    }
}
