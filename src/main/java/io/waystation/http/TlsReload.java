package io.waystation.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Map;

import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SSLOptions;
import io.waystation.settings.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a new certificate into use when its files change; a bad one is reported and the old one stays. */
final class TlsReload {
    private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);

    /** By the algorithm of the key. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");
    private static final byte[] SAMPLE = "waystation".getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx;
    private final HttpSettings.Tls tls;
    private final HttpServer server;
    private String loaded;

    TlsReload(Vertx vertx, HttpSettings.Tls tls, HttpServer server) {
        this.vertx = vertx;
        this.tls = tls;
        this.server = server;
        this.loaded = state();
    }

    void start() {
        vertx.setPeriodic(Math.max(1, tls.reload().toMillis()), timer -> vertx.executeBlocking(this::state)
                .onSuccess(this::reloadWhenChanged));
    }

    private void reloadWhenChanged(String found) {
        if (found.equals(loaded)) {
            return;
        }
        loaded = found;
        vertx.executeBlocking(() -> {
            requirePair(vertx, tls);
            return null;
        }).compose(pair -> server.updateSSLOptions(new SSLOptions().setKeyCertOptions(HttpServerSettings.certificate(tls)), true))
                .onSuccess(updated -> LOG.info("The certificate {} is in use now", tls.certificate()))
                .onFailure(bad -> LOG.error("The certificate {} or key {} cannot be used, the old one stays: {}",
                        tls.certificate(), tls.key(), bad.toString()));
    }

    /**
     * Refuses a key that is not that of the certificate: every handshake would fail. So it is for a moment while both are replaced.
     *
     * @throws InvalidSettingException saying so
     */
    static void requirePair(Vertx vertx, HttpSettings.Tls tls) throws Exception {
        for (KeyManager manager : HttpServerSettings.certificate(tls).getKeyManagerFactory(vertx).getKeyManagers()) {
            for (String algorithm : SIGNATURES.keySet()) {
                String[] aliases = manager instanceof X509KeyManager keys ? keys.getServerAliases(algorithm, null) : null;
                for (String alias : aliases == null ? new String[0] : aliases) {
                    X509KeyManager keys = (X509KeyManager) manager;
                    requirePair(tls, keys.getPrivateKey(alias), keys.getCertificateChain(alias)[0]);
                }
            }
        }
    }

    private static void requirePair(HttpSettings.Tls tls, PrivateKey key, X509Certificate certificate) {
        boolean pair;
        try {
            Signature signature = Signature.getInstance(SIGNATURES.get(certificate.getPublicKey().getAlgorithm()));
            signature.initSign(key);
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(SAMPLE);
            pair = signature.verify(signed);
        } catch (GeneralSecurityException otherKind) {
            pair = false;
        }
        if (!pair) {
            throw new InvalidSettingException("waystation.http.tls-key", "is not the key of the certificate: " + tls.key() + " is not that of "
                    + tls.certificate());
        }
    }

    /** Both files' times and sizes; a file that is being replaced counts as absent until it is there again. */
    private String state() {
        return state(tls.certificate()) + ' ' + state(tls.key());
    }

    private static String state(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis() + "/" + Files.size(file);
        } catch (IOException gone) {
            return "-";
        }
    }
}
