package io.waystation.update.git;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Git address this hub may talk to, and the repository it stands for.
 *
 * <p>{@code https} and {@code ssh} only, and {@code file} where a setting allows it: Git has had transports that run commands.
 *
 * @param address the address JGit gets
 * @param repository {@code owner/name} as forges name it in events, or empty when the address has no such ending
 */
public record GitAddress(String address, String repository) {
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}");
    private static final Pattern NAMED = Pattern.compile("([^=:]+)=(.+)");
    private static final Pattern SCP = Pattern.compile("([A-Za-z0-9_][A-Za-z0-9_.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):([A-Za-z0-9_~][^:]*)");
    private static final Pattern ENDING = Pattern.compile("(?:^|.*[/:])([^/:]+/[^/:]+?)(?:\\.git)?/?");
    private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,500}");

    /**
     * Reads {@code owner/name}, an address, or {@code owner/name=address}.
     *
     * @param text what a stanza says
     * @param forge address in front of a bare {@code owner/name}, such as {@code https://github.com}
     * @param files whether {@code file:} addresses are allowed
     * @throws IllegalArgumentException when it is not allowed, with the rest of a sentence that starts with the text
     */
    public static GitAddress of(String text, String forge, boolean files) {
        if (!PRINTABLE.matcher(text).matches()) {
            throw new IllegalArgumentException("has spaces or characters other than printable ASCII");
        }
        Matcher named = NAMED.matcher(text);
        if (named.matches()) {
            if (!isRepository(named.group(1))) {
                throw new IllegalArgumentException("must have owner/name before the =");
            }
            return new GitAddress(of(named.group(2), forge, files).address(), named.group(1));
        }
        if (isRepository(text)) {
            return new GitAddress(of(forge + "/" + text + ".git", forge, files).address(), text);
        }
        Matcher scp = SCP.matcher(text);
        String address = scp.matches() ? "ssh://" + scp.group(1) + "@" + scp.group(2) + "/" + scp.group(3) : text;
        check(address, files);
        Matcher ending = ENDING.matcher(address.substring(address.indexOf("://") + 3));
        String repository = ending.matches() && isRepository(ending.group(1)) ? ending.group(1) : "";
        return new GitAddress(address, repository);
    }

    private static boolean isRepository(String text) {
        return REPOSITORY.matcher(text).matches() && !text.contains("..");
    }

    private static void check(String address, boolean files) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("is no address", malformed);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("file")) {
            if (!files) {
                throw new IllegalArgumentException("is a file address; waystation.update.file-upstreams does not allow them");
            }
            if (uri.getPath() == null || !uri.getPath().startsWith("/")) {
                throw new IllegalArgumentException("must have an absolute path after file://");
            }
            return;
        }
        if (!Set.of("https", "ssh").contains(scheme)) {
            throw new IllegalArgumentException("must be owner/name or an https or ssh address");
        }
        if (uri.getHost() == null || uri.getHost().startsWith("-") || uri.getPath() == null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException("has no host or no path");
        }
        String user = uri.getUserInfo();
        if (user != null && (user.contains(":") || scheme.equals("https") || user.startsWith("-"))) {
            throw new IllegalArgumentException("has a user or password in it; name a token in the settings instead");
        }
        if (uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("has a query or fragment");
        }
    }
}
