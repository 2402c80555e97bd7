package io.waystation.http;

import java.util.List;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;

/** Vert.x options of the server. */
final class HttpServerSettings {
    private static final int LARGEST_CHUNK = 64 << 10;

    private HttpServerSettings() {
    }

    static HttpServerOptions of(HttpSettings settings) {
        HttpServerOptions options = new HttpServerOptions()
                .setTcpNoDelay(true)
                .setAcceptBacklog(settings.backlog())
                .setIdleTimeout(0) // connections are looked at by ours, which spares streams
                .setHandle100ContinueAutomatically(false)
                .setPerFrameWebSocketCompressionSupported(false) // else every message passes a handler for it
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(settings.maxRequestLine())
                .setMaxHeaderSize(settings.maxHeaders())
                .setMaxChunkSize(LARGEST_CHUNK)
                .setHttp2ConnectionWindowSize(settings.http2().window())
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(settings.http2().streams())
                        .setInitialWindowSize(settings.http2().window())
                        .setMaxHeaderListSize(settings.maxHeaders()));
        settings.tls().ifPresent(tls -> options
                .setSsl(true)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setKeyCertOptions(certificate(tls)));
        return options;
    }

    static PemKeyCertOptions certificate(HttpSettings.Tls tls) {
        return new PemKeyCertOptions()
                .setCertPath(tls.certificate().toString())
                .setKeyPath(tls.key().toString());
    }
}
