package io.waystation.update;

import java.util.Locale;

/**
 * What machine this is, as names of release files say it.
 *
 * @param os {@code linux}, {@code darwin}, {@code windows}, ...
 * @param arch {@code amd64}, {@code arm64}, ...
 */
public record Platform(String os, String arch) {
    /** This machine. */
    public static Platform current() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return new Platform(
                os.startsWith("mac") ? "darwin" : os.startsWith("windows") ? "windows" : os.replaceAll("[^a-z0-9]", ""),
                switch (arch) {
                    case "x86_64", "amd64" -> "amd64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> arch;
                });
    }

    /** The name of a file of one version on this machine. */
    public String fileName(String pattern, UpstreamVersion version) {
        return pattern.replace("{os}", os).replace("{arch}", arch).replace("{tag}", version.tag()).replace("{version}", version.version());
    }
}
