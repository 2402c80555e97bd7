package io.waystation.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SSLOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a new certificate into use when its files change; a bad one is reported and the old one stays. */
final class TlsReload {
    private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);

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
        server.updateSSLOptions(new SSLOptions().setKeyCertOptions(HttpServerSettings.certificate(tls)), true)
                .onSuccess(updated -> LOG.info("The certificate {} is in use now", tls.certificate()))
                .onFailure(bad -> LOG.error("The certificate {} or key {} cannot be used, the old one stays: {}",
                        tls.certificate(), tls.key(), bad.toString()));
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
