package io.waystation.ingest;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.waystation.event.Headers;
import io.waystation.settings.Secret;

/**
 * An HMAC over the body alone: GitHub, Bitbucket, Gitea, Forgejo, Shopify, Jira, WebSub and many others.
 *
 * <p>Has no replay window; a repeated delivery is recognised by its delivery id.
 *
 * @see <a href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries">GitHub</a>
 * @see <a href="https://www.w3.org/TR/websub/#authenticated-content-distribution">WebSub, section 8</a>
 */
final class BodyHmacScheme implements SignatureScheme {
    private final Provider provider;
    private final List<Field> fields;
    private final UnaryOperator<Signed> signed;

    /**
     * Looks for these headers in turn; the first one that is there decides.
     *
     * @param signed turns what was received into what was signed
     */
    BodyHmacScheme(Provider provider, List<Field> fields, UnaryOperator<Signed> signed) {
        this.provider = provider;
        this.fields = List.copyOf(fields);
        this.signed = signed;
    }

    /** A scheme that signs the body as it is. */
    BodyHmacScheme(Provider provider, List<Field> fields) {
        this(provider, fields, UnaryOperator.identity());
    }

    @Override
    public Verdict verify(Headers headers, byte[] body) {
        for (Field field : fields) {
            Optional<String> value = headers.first(field.header());
            if (value.isPresent() && value.get().startsWith(field.prefix())) {
                byte[] signature = field.encoding().decode(value.get().substring(field.prefix().length()));
                int secret = field.keys().match(signature, signed.apply(new Signed(headers, body)).body());
                return secret < 0 ? Verdict.bad(field.header()) : new Verdict.Verified(provider, secret);
            }
        }
        return Verdict.missing(fields.get(0).header());
    }

    /**
     * What a signature is made of.
     *
     * @param headers headers of the request
     * @param body bytes that are signed
     */
    record Signed(Headers headers, byte[] body) {
    }

    /**
     * A header that may hold the signature.
     *
     * @param header its name
     * @param prefix what its value starts with; another prefix is another header
     * @param encoding how the signature is written after the prefix
     * @param keys keys of the algorithm it is made with
     */
    record Field(String header, String prefix, SignatureEncoding encoding, HmacKeys keys) {
        /** A header in hexadecimal, made with these secrets as UTF-8. */
        static Field hex(String header, String prefix, String algorithm, List<Secret> secrets) {
            return new Field(header, prefix, SignatureEncoding.HEX, keys(algorithm, secrets));
        }

        /** Keys of the secrets as UTF-8. */
        static HmacKeys keys(String algorithm, List<Secret> secrets) {
            return new HmacKeys(algorithm, secrets.stream().map(Secret::bytes).toList());
        }
    }
}
