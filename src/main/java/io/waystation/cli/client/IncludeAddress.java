package io.waystation.cli.client;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.util.FileUtil;

/**
 * Which repository and ref a remote include points to.
 *
 * @param host host of the repository, such as {@code github.com}
 * @param repository path of it, such as {@code acme/site}, without {@code .git}
 * @param rest for file addresses, what follows the repository: ref, slash, path; for Git addresses the ref alone;
 *     empty when the default branch is meant
 */
record IncludeAddress(String host, String repository, String rest) {
    private static final Pattern SCP = Pattern.compile("((?:[A-Za-z0-9_.-]+@)?[A-Za-z0-9.-]+):(?!//)/?(.+)");
    private static final Pattern PASSWORD = Pattern.compile("^([a-z]+://[^/@:]*:)[^/@]*@");
    private static final Pattern RAW_PATH = Pattern.compile("/([^/]+/[^/]+)/(?:raw/|blob/)?(.+)");
    private static final Pattern GITLAB_RAW = Pattern.compile("/(.+?)/-/(?:raw|blob)/(.+)");
    private static final Pattern GITEA_RAW = Pattern.compile("/([^/]+/[^/]+)/raw/(?:branch|tag|commit)/(.+)");
    private static final String GIT_PATH = "/(.+?)(?:\\.git)?(?://.*)?";

    /** Whether an include is read over the network. */
    static boolean isRemote(String location) {
        return location.startsWith("http://") || location.startsWith("https://") || location.startsWith("git://")
                || location.startsWith("ssh://") || location.startsWith("git@") && SCP.matcher(location).matches();
    }

    /** The repository and ref of an include; empty when the address names none. */
    static Optional<IncludeAddress> parse(String location) {
        URI address;
        try {
            address = URI.create(asUrl(location));
        } catch (IllegalArgumentException templated) {
            return Optional.empty();
        }
        if (address.getHost() == null || address.getPath() == null) {
            return Optional.empty();
        }
        String host = address.getHost().toLowerCase(Locale.ROOT);
        return isGit(address) ? git(host, address) : file(host, address.getPath());
    }

    private static boolean isGit(URI address) {
        return address.getPath().split("//", 2)[0].endsWith(".git") || !address.getScheme().startsWith("http");
    }

    /** Git's short form of an address of SSH written as a URL, as go-task does; other addresses stay as they are. */
    private static String asUrl(String location) {
        Matcher scp = SCP.matcher(location);
        return !location.contains("://") && scp.matches() ? "ssh://" + scp.group(1) + "/" + scp.group(2) : location;
    }

    /** The form of an address whose digest names go-task's copies: a URL without the password. */
    static String named(String location) {
        return PASSWORD.matcher(asUrl(location)).replaceFirst("$1xxxxx@");
    }

    /** The include of a remote Taskfile that it names relative to itself; empty when that makes no address. */
    static Optional<String> resolve(String base, String location) {
        try {
            URI address = URI.create(asUrl(base));
            return Optional.of(isGit(address) ? resolveInRepository(address, location) : address.resolve(location).toString());
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** The path in a repository begins at a double slash and ends before the ref, which the other file has too. */
    private static String resolveInRepository(URI base, String location) {
        String[] path = base.getRawPath().split("//", 3);
        String folder = path.length < 2 ? "" : path[1].substring(0, path[1].lastIndexOf('/') + 1);
        String ref = ref(base);
        return base.getScheme() + "://" + base.getRawAuthority() + path[0] + "//" + FileUtil.compactPath(folder + location, '/')
                + (ref.isEmpty() ? "" : "?ref=" + ref);
    }

    private static Optional<IncludeAddress> git(String host, URI address) {
        Matcher path = Pattern.compile(GIT_PATH).matcher(address.getPath());
        if (!path.matches()) {
            return Optional.empty();
        }
        return Optional.of(new IncludeAddress(host, path.group(1), ref(address)));
    }

    private static String ref(URI address) {
        String query = address.getQuery() == null ? "" : address.getQuery();
        return Arrays.stream(query.split("&")).filter(parameter -> parameter.startsWith("ref=")).findFirst()
                .map(parameter -> parameter.substring("ref=".length())).orElse("");
    }

    private static Optional<IncludeAddress> file(String host, String path) {
        if (host.equals("raw.githubusercontent.com")) {
            return match(RAW_PATH, "github.com", path);
        }
        return match(GITLAB_RAW, host, path)
                .or(() -> match(GITEA_RAW, host, path))
                .or(() -> match(RAW_PATH, host, path));
    }

    private static Optional<IncludeAddress> match(Pattern pattern, String host, String path) {
        Matcher matcher = pattern.matcher(path);
        return matcher.matches()
                ? Optional.of(new IncludeAddress(host, matcher.group(1), matcher.group(2)))
                : Optional.empty();
    }

    /** Whether a push of this ref to this repository changes what the include reads. */
    boolean isChangedBy(Push push) {
        if (!push.repositories().contains(host + "/" + repository.toLowerCase(Locale.ROOT))) {
            return false;
        }
        if (rest.isEmpty() || rest.equals("HEAD") || rest.startsWith("HEAD/")) {
            return push.toDefaultBranch();
        }
        String wanted = rest.startsWith("refs/heads/") || rest.startsWith("refs/tags/")
                ? rest.substring(rest.indexOf('/', "refs/".length()) + 1) : rest;
        return wanted.equals(push.ref()) || wanted.startsWith(push.ref() + "/");
    }

    /**
     * What was pushed.
     *
     * @param repositories the repository as {@code host/path} in lower case, by each name it goes by
     * @param ref branch or tag without {@code refs/heads/} or {@code refs/tags/}
     * @param toDefaultBranch whether it is the default branch, as far as the event tells
     */
    record Push(java.util.Set<String> repositories, String ref, boolean toDefaultBranch) {
    }
}
