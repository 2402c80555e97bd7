package io.waystation.ingest;

import java.util.ArrayList;
import java.util.List;

import io.waystation.ingest.BodyHmacScheme.Field;
import io.waystation.settings.Secret;

/** Builds the scheme of a provider. */
final class SignatureSchemes {
    private SignatureSchemes() {
    }

    /**
     * Builds a scheme.
     *
     * @throws IllegalArgumentException when the settings do not fit the provider
     */
    static SignatureScheme of(Provider provider, SchemeSettings settings) {
        boolean open = provider == Provider.NONE;
        if (open != settings.secrets().isEmpty()) {
            throw new IllegalArgumentException(open
                    ? "provider none checks no signatures: leave the secrets out, or name a provider that does"
                    : "no secrets are given; name them, or mark the source as open with provider none");
        }
        List<Secret> secrets = settings.secrets();
        return switch (provider) {
            case GITHUB -> github(settings);
            case GITLAB -> new GitLabScheme(settings);
            case BITBUCKET, BITBUCKET_SERVER, JIRA -> new BodyHmacScheme(
                    provider, List.of(Field.hex("x-hub-signature", "sha256=", "HmacSHA256", secrets)));
            case GITEA -> forge(provider, secrets, "x-gitea-signature");
            case FORGEJO -> forge(provider, secrets, "x-forgejo-signature", "x-gitea-signature");
            case LINEAR -> new LinearScheme(settings);
            case STANDARD_WEBHOOKS -> new StandardWebhooksScheme(provider, settings);
            case SLACK -> new SlackScheme(settings);
            case STRIPE -> new StripeScheme(settings);
            case SHOPIFY -> new BodyHmacScheme(provider, List.of(new Field(
                    "x-shopify-hmac-sha256", "", SignatureEncoding.BASE64, Field.keys("HmacSHA256", secrets))));
            case WEBSUB -> webSub(secrets);
            case HMAC -> generic(settings);
            case BEARER, CLOUDEVENTS -> new TokenScheme(provider, "authorization", "Bearer ", secrets);
            case AUTO -> new AnyScheme(settings);
            case NONE -> (headers, body) -> new Verdict.Unsigned();
        };
    }

    private static SignatureScheme github(SchemeSettings settings) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.hex("x-hub-signature-256", "sha256=", "HmacSHA256", settings.secrets()));
        if (settings.legacySha1()) {
            fields.add(Field.hex("x-hub-signature", "sha1=", "HmacSHA1", settings.secrets()));
        }
        return new BodyHmacScheme(Provider.GITHUB, fields);
    }

    /** Gitea and Forgejo sign the payload of a form, not the form. */
    private static SignatureScheme forge(Provider provider, List<Secret> secrets, String... own) {
        List<Field> fields = new ArrayList<>();
        for (String header : own) {
            fields.add(Field.hex(header, "sha256=", "HmacSHA256", secrets));
            fields.add(Field.hex(header, "", "HmacSHA256", secrets));
        }
        fields.add(Field.hex("x-hub-signature-256", "sha256=", "HmacSHA256", secrets));
        return new BodyHmacScheme(provider, fields,
                signed -> new BodyHmacScheme.Signed(signed.headers(), FormPayload.json(signed.headers(), signed.body())));
    }

    private static SignatureScheme webSub(List<Secret> secrets) {
        return new BodyHmacScheme(Provider.WEBSUB, List.of(
                Field.hex("x-hub-signature", "sha256=", "HmacSHA256", secrets),
                Field.hex("x-hub-signature", "sha384=", "HmacSHA384", secrets),
                Field.hex("x-hub-signature", "sha512=", "HmacSHA512", secrets),
                Field.hex("x-hub-signature", "sha1=", "HmacSHA1", secrets)));
    }

    private static SignatureScheme generic(SchemeSettings settings) {
        String algorithm = switch (settings.algorithm()) {
            case "sha1" -> "HmacSHA1";
            case "sha256" -> "HmacSHA256";
            case "sha384" -> "HmacSHA384";
            case "sha512" -> "HmacSHA512";
            default -> throw new IllegalArgumentException(
                    "algorithm must be sha1, sha256, sha384 or sha512, not '" + settings.algorithm() + "'");
        };
        return new BodyHmacScheme(Provider.HMAC, List.of(new Field(
                Allowed.lower(settings.header()), settings.prefix(), settings.encoding(),
                Field.keys(algorithm, settings.secrets()))));
    }
}
