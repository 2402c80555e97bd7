package io.waystation.ingest;

import java.util.ArrayList;
import java.util.List;

import io.waystation.event.Headers;
import io.waystation.key.StandardWebhooksKey;
import io.waystation.settings.Secret;

/**
 * GitLab: a signing token, which is Standard Webhooks, or the older secret token in a header.
 *
 * <p>A request that is signed must verify by its signature. Falling back to the token would make the signature
 * worthless to whoever reads the token off the wire.
 *
 * @see <a href="https://docs.gitlab.com/user/project/integrations/webhooks/">GitLab, webhooks</a>
 */
final class GitLabScheme implements SignatureScheme {
    private static final String TOKEN = "x-gitlab-token";

    private final SignatureScheme signing;
    private final SignatureScheme token;

    /** A scheme in which {@code whsec_} secrets sign and all others are tokens. */
    GitLabScheme(SchemeSettings settings) {
        List<Secret> signingTokens = new ArrayList<>();
        List<Secret> tokens = new ArrayList<>();
        for (Secret secret : settings.secrets()) {
            (secret.text().startsWith(StandardWebhooksKey.SYMMETRIC) ? signingTokens : tokens).add(secret);
        }
        this.signing = signingTokens.isEmpty() ? null : new StandardWebhooksScheme(
                Provider.GITLAB, SchemeSettings.of(signingTokens, settings.window(), settings.clock()));
        this.token = tokens.isEmpty() ? null : new TokenScheme(Provider.GITLAB, TOKEN, "", tokens);
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        if (headers.first("webhook-signature").isPresent()) {
            return signing == null
                    ? new Verdict.Refused(Verdict.Reason.BAD, "it is signed, but no signing token (whsec_...) is set")
                    : signing.verify(headers, body);
        }
        return token == null ? Verdict.missing("webhook-signature") : token.verify(headers, body);
    }
}
