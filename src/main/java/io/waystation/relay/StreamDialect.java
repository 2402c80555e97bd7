package io.waystation.relay;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds of event stream a follower understands, and where each has its streams. */
public enum StreamDialect {
    /** Our own: {@code /stream/{channel}}, everything the sender sent. */
    WAYSTATION("stream"),
    /** gosmee: {@code /events/{channel}}, exact body, first value of each header. */
    GOSMEE("events"),
    /** smee.io: {@code /{channel}}, body as JSON. */
    SMEE("");

    /** What {@link #named} takes. */
    public static final String NAMES = "auto, waystation, gosmee or smee";

    private final String folder;

    StreamDialect(String folder) {
        this.folder = folder;
    }

    /** Dialects to try for an address, in this order: one when the address tells, else all. */
    static List<StreamDialect> candidates(URI address) {
        String path = address.getPath() == null ? "" : address.getPath();
        for (StreamDialect dialect : List.of(WAYSTATION, GOSMEE)) {
            if (path.matches("(.*/)?" + dialect.folder + "/[^/]+/?")) {
                return List.of(dialect);
            }
        }
        if ("smee.io".equalsIgnoreCase(address.getHost())) {
            return List.of(SMEE);
        }
        return List.of(values());
    }

    /**
     * The dialect of that name, in any case of letters; empty for {@code auto}.
     *
     * @throws IllegalArgumentException when it is none of {@link #NAMES}
     */
    public static Optional<StreamDialect> named(String name) {
        if ("auto".equalsIgnoreCase(name)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(values()).filter(dialect -> dialect.name().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("dialect must be " + NAMES + ", not '" + name + "'")));
    }

    /** Channel an address names: its last path segment. */
    public static String channelOf(URI address) {
        String path = trimmed(address);
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Where this dialect has the stream of a channel address such as {@code https://host/base/channel}. */
    URI streamOf(URI address) {
        String path = trimmed(address);
        int slash = path.lastIndexOf('/');
        String base = path.substring(0, Math.max(slash, 0));
        String own = "/" + folder;
        boolean already = folder.isEmpty() || base.equals(own) || base.endsWith(own);
        return withPath(address, already ? path : base + own + "/" + path.substring(slash + 1));
    }

    /** Root of the server an address belongs to, such as {@code https://host/base}, without slash at the end. */
    static URI baseOf(URI address) {
        String path = trimmed(address);
        String base = path.substring(0, Math.max(path.lastIndexOf('/'), 0));
        for (StreamDialect dialect : List.of(WAYSTATION, GOSMEE)) {
            String own = "/" + dialect.folder;
            if (base.endsWith(own)) {
                base = base.substring(0, base.length() - own.length());
            }
        }
        return URI.create(address.getScheme() + "://" + address.getRawAuthority() + base);
    }

    private static String trimmed(URI address) {
        String path = address.getRawPath() == null ? "" : address.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static URI withPath(URI address, String path) {
        String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
        return URI.create(address.getScheme() + "://" + address.getRawAuthority() + path + query);
    }
}
