package io.waystation.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Chooses the proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} name, as curl does:
 * lower-case names win, and {@code HTTP_PROXY} in capitals counts too.
 */
final class EnvironmentProxy extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxy(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public List<Proxy> select(URI target) {
        String scheme = target.getScheme().toLowerCase(Locale.ROOT);
        String proxy = variable(scheme + "_proxy");
        if (proxy == null) {
            proxy = variable("all_proxy");
        }
        if (proxy == null || isExcepted(target.getHost())) {
            return List.of(Proxy.NO_PROXY);
        }
        URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        int port = address.getPort() < 0 ? 80 : address.getPort();
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.getHost(), port)));
    }

    private boolean isExcepted(String host) {
        String list = variable("no_proxy");
        if (list == null || host == null) {
            return false;
        }
        String wanted = host.toLowerCase(Locale.ROOT);
        for (String entry : list.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            String domain = entry.startsWith(".") ? entry.substring(1) : entry;
            if (domain.equals("*") || !domain.isEmpty() && (wanted.equals(domain) || wanted.endsWith("." + domain))) {
                return true;
            }
        }
        return false;
    }

    private String variable(String name) {
        String value = environment.getOrDefault(name, environment.get(name.toUpperCase(Locale.ROOT)));
        return value == null || value.isBlank() ? null : value.trim();
    }

    @Override
    public void connectFailed(URI target, SocketAddress address, IOException problem) {
        // the follower reports the failed attempt
    }
}
