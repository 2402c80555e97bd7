package io.waystation.ingest;

import java.util.ArrayList;
import java.util.List;

import io.waystation.event.Headers;
import io.waystation.ingest.BodyHmacScheme.Field;
import io.waystation.settings.Secret;

/**
 * The scheme of a channel that takes webhooks of any common provider: the first signature header that is there
 * decides, as in gosmee.
 *
 * <p>Only schemes that sign the body alone are among them, or have keys of another form: with one secret for
 * several schemes, a signature made for one must not be good for other bytes, or at another time, under another.
 */
final class AnyScheme implements SignatureScheme {
    private final List<Choice> choices = new ArrayList<>();

    /** A scheme of these secrets. */
    AnyScheme(SchemeSettings settings) {
        List<Secret> standard = settings.secrets().stream()
                .filter(secret -> secret.text().matches("(whsec|whpk|whsk)_.*")).toList();
        List<Secret> plain = settings.secrets().stream().filter(secret -> !standard.contains(secret)).toList();
        SignatureScheme signed = standard.isEmpty()
                ? (headers, body) -> new Verdict.Refused(
                        Verdict.Reason.BAD, "it is signed, but no signing secret (whsec_...) is set")
                : signed(SchemeSettings.of(standard, settings.window(), settings.clock()));
        choices.add(new Choice("webhook-signature", signed));
        choices.add(new Choice("svix-signature", signed));
        if (!plain.isEmpty()) {
            SchemeSettings signing = new SchemeSettings(
                    plain, settings.window(), settings.clock(), settings.legacySha1(), settings.header(),
                    settings.prefix(), settings.algorithm(), settings.encoding());
            choices.add(new Choice("x-gitlab-token", SignatureSchemes.of(Provider.GITLAB, signing)));
            choices.add(new Choice("x-forgejo-signature", SignatureSchemes.of(Provider.FORGEJO, signing)));
            choices.add(new Choice("x-gitea-signature", SignatureSchemes.of(Provider.GITEA, signing)));
            choices.add(new Choice("x-hub-signature-256", hubSignature256(signing)));
            choices.add(new Choice("x-hub-signature", hubSignature(signing)));
        }
    }

    /** Standard Webhooks, which GitLab speaks too. */
    private static SignatureScheme signed(SchemeSettings settings) {
        SignatureScheme gitLab = new StandardWebhooksScheme(Provider.GITLAB, settings);
        SignatureScheme standard = new StandardWebhooksScheme(Provider.STANDARD_WEBHOOKS, settings);
        return (headers, body) ->
                (headers.first("x-gitlab-event").isPresent() ? gitLab : standard).verify(headers, body);
    }

    /** GitHub, and senders that have learned from it how to sign and do not say what GitHub's events say. */
    private static SignatureScheme hubSignature256(SchemeSettings settings) {
        SignatureScheme gitHub = SignatureSchemes.of(Provider.GITHUB, settings);
        SignatureScheme other = new BodyHmacScheme(Provider.HMAC, List.of(
                Field.hex("x-hub-signature-256", "sha256=", "HmacSHA256", settings.secrets())));
        return (headers, body) -> (namesItsEvents(headers) ? gitHub : other).verify(headers, body);
    }

    /** Whether there is the event header of a provider; what everybody may send tells nothing. */
    private static boolean namesItsEvents(Headers headers) {
        return switch (Provider.claimedBy(headers)) {
            case CLOUDEVENTS, STANDARD_WEBHOOKS, NONE -> false;
            default -> true;
        };
    }

    /** Bitbucket and Jira sign alike; an event key is Bitbucket's, a webhook identifier Jira's. */
    private static SignatureScheme hubSignature(SchemeSettings settings) {
        SignatureScheme bitbucket = hubSignature(Provider.BITBUCKET, settings);
        SignatureScheme jira = hubSignature(Provider.JIRA, settings);
        return (headers, body) ->
                (Provider.claimedBy(headers) == Provider.JIRA ? jira : bitbucket).verify(headers, body);
    }

    /** Both say {@code sha256=}; gosmee also takes the bare digest. */
    private static SignatureScheme hubSignature(Provider provider, SchemeSettings settings) {
        return new BodyHmacScheme(provider, List.of(
                Field.hex("x-hub-signature", "sha256=", "HmacSHA256", settings.secrets()),
                Field.hex("x-hub-signature", "", "HmacSHA256", settings.secrets())));
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        for (Choice choice : choices) {
            if (headers.first(choice.header()).isPresent()) {
                return choice.scheme().verify(headers, body);
            }
        }
        return new Verdict.Refused(Verdict.Reason.MISSING, "there is no signature header of a known provider");
    }

    /** A scheme, and the header that calls for it. */
    private record Choice(String header, SignatureScheme scheme) {
    }
}
