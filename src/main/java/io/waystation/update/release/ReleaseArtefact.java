package io.waystation.update.release;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

import io.waystation.update.Platform;

/**
 * One file of a release: a tar.gz with the binary in it.
 *
 * @param os as {@link Platform} writes it, such as {@code linux}
 * @param arch as {@link Platform} writes it, such as {@code amd64}
 * @param name file name
 * @param size bytes
 * @param sha256 digest, lower-case hexadecimal
 * @param urls http or https addresses it can be had from, the preferred first
 */
@JsonPropertyOrder({"os", "arch", "name", "size", "sha256", "urls"})
public record ReleaseArtefact(String os, String arch, String name, long size, String sha256, List<URI> urls) {
    private static final int MOST_URLS = 8;
    private static final int LONGEST_URL = 2_000;
    private static final Pattern WORD = Pattern.compile("[a-z0-9_]{1,32}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,199}");

    /** Checks every part. */
    public ReleaseArtefact {
        Field.matching("os", os, WORD);
        Field.matching("arch", arch, WORD);
        Field.matching("name", name, FILE);
        Field.require(size > 0, "size", size);
        Field.digest("sha256", sha256);
        urls = Field.list("urls", Field.present("urls", urls), MOST_URLS);
        Field.require(!urls.isEmpty(), "urls", "none");
        urls.forEach(url -> Field.require(isAddress(url), "urls", url));
    }

    private static boolean isAddress(URI url) {
        return ("https".equals(url.getScheme()) || "http".equals(url.getScheme())) && url.getHost() != null && url.getUserInfo() == null
                && url.toString().length() <= LONGEST_URL;
    }

    boolean isFor(Platform platform) {
        return os.equals(platform.os()) && arch.equals(platform.arch());
    }
}
