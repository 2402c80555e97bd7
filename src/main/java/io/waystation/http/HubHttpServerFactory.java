package io.waystation.http;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;

/**
 * Turns {@code camel.server.*} and {@code camel.management.*} into our server; an option it does not have
 * stops the start.
 */
public final class HubHttpServerFactory extends DefaultMainHttpServerFactory {
    @Override
    public Service newHttpServer(CamelContext camelContext, HttpServerConfigurationProperties options) {
        refuse(options.isUseGlobalSslContextParameters(), "camel.server.useGlobalSslContextParameters",
                "set waystation.http.tls-certificate and waystation.http.tls-key");
        refuse(options.isStaticEnabled(), "camel.server.staticEnabled", "serve files from a route");
        refuse(options.getFileUploadDirectory() != null, "camel.server.fileUploadDirectory",
                "request bodies are never written to files");
        refuse(options.getMaxBodySize() != null, "camel.server.maxBodySize", "set waystation.http.max-body");
        refuse(!"/".equals(options.getPath()), "camel.server.path", "put the path into the routes");
        MainHttpServer stock = (MainHttpServer) super.newHttpServer(camelContext, options);
        VertxPlatformHttpServerConfiguration configuration = stock.getConfiguration();
        RefusedRequests refused = RefusedRequests.of(camelContext);
        HubHttpServer server =
                new HubHttpServer(configuration, HttpSettings.of(Settings.of(camelContext)), refused);
        server.setCamelContext(camelContext);
        camelContext.getRegistry().bind(
                PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, PlatformHttpEngine.class, new HubHttpEngine(server));
        HubMainHttpServer main = new HubMainHttpServer(configuration, server);
        main.setCamelContext(camelContext);
        return main;
    }

    @Override
    public Service newHttpManagementServer(
            CamelContext camelContext, HttpManagementServerConfigurationProperties options) {
        VertxPlatformHttpServer server = camelContext.hasService(VertxPlatformHttpServer.class);
        if (!(server instanceof HubHttpServer hub)) {
            throw new InvalidSettingException("camel.server.enabled", "must be true where camel.management.enabled is");
        }
        if (hub.getConfigurationPort() != options.getPort()) {
            throw new InvalidSettingException("camel.management.port",
                    "must be the port of the hub (" + hub.getConfigurationPort() + "), where a token guards it");
        }
        refuse(options.isUseGlobalSslContextParameters(), "camel.management.useGlobalSslContextParameters",
                "set waystation.http.tls-certificate and waystation.http.tls-key");
        refuse(options.isAuthenticationEnabled(), "camel.management.authenticationEnabled",
                "the hub's tokens guard these paths");
        refuse(!"/".equals(options.getPath()), "camel.management.path", "leave it at /");
        hub.guard(options.getHealthPath() + "/live", options.getJolokiaPath());
        return super.newHttpManagementServer(camelContext, options);
    }

    private static void refuse(boolean used, String option, String instead) {
        if (used) {
            throw new InvalidSettingException(option, "is not supported by the hub's HTTP server; " + instead);
        }
    }
}
