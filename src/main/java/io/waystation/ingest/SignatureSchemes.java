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
                    ? "provider none is for open sources: leave the secrets out"
                    : "no secrets are given; name them, or mark the source as open with provider none");
        }
        List<Secret> secrets = settings.secrets();
        return switch (provider) {
            case GITHUB -> github(settings);
            case HMAC -> generic(settings);
            case BEARER -> new TokenScheme(provider, "authorization", "Bearer ", secrets);
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
