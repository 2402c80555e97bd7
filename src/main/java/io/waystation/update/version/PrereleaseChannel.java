package io.waystation.update.version;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * The prereleases a subsystem takes: {@code none}, {@code any}, or names such as {@code rc} or {@code beta,rc}.
 *
 * <p>Immutable and thread-safe.
 */
public final class PrereleaseChannel {
    /** Takes no prerelease. */
    public static final PrereleaseChannel NONE = new PrereleaseChannel(Set.of(), false);

    private final Set<String> names;
    private final boolean any;

    private PrereleaseChannel(Set<String> names, boolean any) {
        this.names = names;
        this.any = any;
    }

    /**
     * Reads a channel.
     *
     * @throws IllegalArgumentException when a name is not made of letters
     */
    public static PrereleaseChannel of(String text) {
        Set<String> names = new TreeSet<>(Arrays.stream(text.split(",")).map(String::trim).filter(n -> !n.isEmpty()).toList());
        if (names.isEmpty() || names.equals(Set.of("none"))) {
            return NONE;
        }
        if (names.equals(Set.of("any"))) {
            return new PrereleaseChannel(Set.of(), true);
        }
        if (names.contains("none") || names.contains("any") || !names.stream().allMatch(n -> n.matches("[A-Za-z]{1,32}"))) {
            throw new IllegalArgumentException("must be none, any, or names such as beta,rc");
        }
        return new PrereleaseChannel(names, false);
    }

    /**
     * Whether a version may be taken.
     *
     * @param version the version
     * @param marked whether upstream's release is marked as a prerelease; a marked release without a prerelease name
     *     is only taken by {@code any}
     */
    public boolean takes(Version version, boolean marked) {
        if (!version.isPrerelease() && !marked) {
            return true;
        }
        return any || version.isPrerelease() && names.contains(version.prereleaseName());
    }

    @Override
    public String toString() {
        return any ? "any" : names.isEmpty() ? "none" : String.join(",", names);
    }
}
