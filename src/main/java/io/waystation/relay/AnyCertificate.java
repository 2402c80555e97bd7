package io.waystation.relay;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Takes every certificate and every host name, for {@code --insecure} only. The extended form is needed:
 * the JDK wraps a plain trust manager in its own check of the host name.
 */
public final class AnyCertificate extends X509ExtendedTrustManager {

    /** A TLS context that checks nothing. */
    public static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible); // every Java platform has TLS
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        // --insecure
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        // --insecure
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        // --insecure
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        // --insecure
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        // --insecure
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        // --insecure
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
