package io.waystation.update.version;

import java.util.List;

import org.semver4j.Semver;

/**
 * A version of one scheme, ordered by precedence.
 *
 * <p>Precedence ignores build metadata, so two versions may compare as equal and still be written differently:
 * {@link #equals} follows {@link #compareTo}, {@link #text} tells them apart. Immutable.
 *
 * @see <a href="https://semver.org/#spec-item-11">Semantic Versioning 2.0.0, 11: precedence</a>
 */
public final class Version implements Comparable<Version> {
    private final String text;
    private final Semver value;

    Version(String text, Semver value) {
        this.text = text;
        this.value = value;
    }

    /** As upstream writes it, such as {@code v2.10.25}: without what the tag pattern puts around it. */
    public String text() {
        return text;
    }

    /** First number; the year of a calendar version. */
    public int major() {
        return value.getMajor();
    }

    /** Second number. */
    public int minor() {
        return value.getMinor();
    }

    /** Whether it has prerelease identifiers. */
    public boolean isPrerelease() {
        return !value.getPreRelease().isEmpty();
    }

    /** Letters that the prerelease begins with ({@code rc} of {@code rc.10} and {@code rc10}); empty when there are none. */
    public String prereleaseName() {
        List<String> identifiers = value.getPreRelease();
        if (identifiers.isEmpty()) {
            return "";
        }
        String first = identifiers.get(0);
        int end = 0;
        while (end < first.length() && Character.isLetter(first.charAt(end))) {
            end++;
        }
        return first.substring(0, end);
    }

    Semver value() {
        return value;
    }

    @Override
    public int compareTo(Version other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return value.withClearedBuild().hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
