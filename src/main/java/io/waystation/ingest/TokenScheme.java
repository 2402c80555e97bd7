package io.waystation.ingest;

import java.util.List;
import java.util.Optional;

import io.waystation.event.Headers;
import io.waystation.settings.Secret;

/**
 * The secret itself in a header: GitLab's token, or a static bearer token. Proves nothing about the body, so
 * it is only as good as the transport.
 */
final class TokenScheme implements SignatureScheme {
    private final Provider provider;
    private final String header;
    private final String prefix;
    private final List<Secret> secrets;

    /** Expects the secret in this header after this prefix, whose case does not matter. */
    TokenScheme(Provider provider, String header, String prefix, List<Secret> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("a token check needs at least one secret");
        }
        this.provider = provider;
        this.header = header;
        this.prefix = prefix;
        this.secrets = List.copyOf(secrets);
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        Optional<String> value = headers.first(header);
        if (value.isEmpty() || !value.get().regionMatches(true, 0, prefix, 0, prefix.length())) {
            return Verdict.missing(header);
        }
        String token = value.get().substring(prefix.length());
        for (int i = 0; i < secrets.size(); i++) {
            if (secrets.get(i).matches(token)) {
                return new Verdict.Verified(provider, i);
            }
        }
        return new Verdict.Refused(Verdict.Reason.BAD, header + " is none of the tokens");
    }
}
