package io.waystation.delivery;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.codec.digest.DigestUtils;

/**
 * A certificate that the hub shows to an endpoint, with its private key. Immutable and thread-safe; the text form has no key.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468, textual encodings</a>
 */
public final class ClientCertificate {
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern CERTIFICATES =
            Pattern.compile("(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]+-----END CERTIFICATE-----\\s*)+");
    private static final int LONGEST = 64 << 10;
    private static final byte[] SAMPLE = {1, 2, 3};

    private final String certificates;
    private final String key;
    private final X509Certificate first;
    private final String fingerprint;

    private ClientCertificate(String certificates, String key, X509Certificate first) throws GeneralSecurityException {
        this.certificates = certificates;
        this.key = key;
        this.first = first;
        this.fingerprint = DigestUtils.sha256Hex(first.getEncoded());
    }

    /**
     * Reads a certificate with its chain, and its key in PKCS#8, in any order.
     *
     * @throws IllegalArgumentException that says what is missing or does not fit, and nothing of the key
     */
    public static ClientCertificate of(String pem) {
        Matcher keys = KEY.matcher(pem);
        Matcher chain = CERTIFICATES.matcher(pem);
        if (pem.length() > LONGEST || !chain.find() || !keys.find()) {
            throw new IllegalArgumentException("a PEM text with a CERTIFICATE and a PRIVATE KEY (PKCS#8, not encrypted) is expected");
        }
        try {
            List<X509Certificate> read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(chain.group().getBytes(StandardCharsets.US_ASCII))).stream()
                    .map(X509Certificate.class::cast).toList();
            byte[] encoded = Base64.getMimeDecoder().decode(keys.group(1));
            requirePair(read.get(0), encoded);
            return new ClientCertificate(chain.group(), keys.group(), read.get(0));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("the certificate or its key cannot be read");
        }
    }

    private static void requirePair(X509Certificate certificate, byte[] encoded) throws GeneralSecurityException {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        Signature signature = Signature.getInstance(switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> algorithm;
        });
        signature.initSign(key);
        signature.update(SAMPLE);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update(SAMPLE);
        if (!signature.verify(signed)) {
            throw new IllegalArgumentException("the private key is not that of the first certificate");
        }
    }

    /** The certificate and those above it, as PEM. */
    String certificates() {
        return certificates;
    }

    /** The private key, as PEM. */
    String key() {
        return key;
    }

    /** Both, as {@link #of} reads them. */
    String pem() {
        return certificates + "\n" + key;
    }

    /** Names it, for people and for what is kept for each. */
    public String fingerprint() {
        return fingerprint;
    }

    /** Whose it is. */
    public String subject() {
        return first.getSubjectX500Principal().getName();
    }

    /** Until when it is valid. */
    public Instant validUntil() {
        return first.getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "ClientCertificate[" + subject() + "]";
    }
}
