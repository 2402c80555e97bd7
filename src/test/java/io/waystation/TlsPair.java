package io.waystation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for 127.0.0.1 and localhost with its key. */
public record TlsPair(KeyStore store) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** Makes one with keytool. */
    public static TlsPair make(Path folder, String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(System.getProperty("java.home") + "/bin/keytool", "-genkeypair", "-alias", "a", "-keyalg", "EC",
                "-groupname", "secp256r1", "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1,dns:localhost", "-validity", "2",
                "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
        if (keytool.waitFor() != 0) {
            throw new IOException(new String(keytool.getInputStream().readAllBytes()));
        }
        return new TlsPair(KeyStore.getInstance(file.toFile(), PASSWORD));
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind + "-----\n";
    }

    /** The certificate as PEM. */
    public String certificate() throws Exception {
        return pem("CERTIFICATE", store.getCertificate("a").getEncoded());
    }

    /** The private key as PEM. */
    public String key() throws Exception {
        return pem("PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded());
    }

    /** Writes the certificate as PEM. */
    public Path writeCertificate(Path file) throws Exception {
        return Files.writeString(file, certificate());
    }

    /** Shows this certificate. */
    public SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys().getKeyManagers(), null, null);
        return context;
    }

    private KeyManagerFactory keys() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        return keys;
    }

    /** Shows this certificate, and trusts another one only. */
    public SSLContext trusting(TlsPair other) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("b", other.store().getCertificate("a"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys().getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
