package io.waystation.update.version;

import java.util.List;

import org.semver4j.Semver;
import org.semver4j.range.RangeList;
import org.semver4j.range.RangeListFactory;

/**
 * The versions a subsystem may have, in the notation of npm: {@code ^2.10.0}, {@code ~1.4}, {@code >=2 <4 || 5.x}.
 *
 * <p>A prerelease is inside only if the release it leads to is inside as well: {@code <2.0.0} does not let
 * {@code 2.0.0-rc.1} through. Which prereleases are wanted at all is the channel's business. Immutable and thread-safe.
 *
 * @see <a href="https://github.com/npm/node-semver#ranges">node-semver, ranges</a>
 */
public final class VersionRange {
    private final String text;
    private final RangeList ranges;

    private VersionRange(String text, RangeList ranges) {
        this.text = text;
        this.ranges = ranges;
    }

    /**
     * Reads a range; blank or {@code *} is every version.
     *
     * @throws IllegalArgumentException when it is no range
     */
    public static VersionRange of(String text) {
        if (text.isBlank() || text.trim().equals("*")) {
            return new VersionRange("*", null);
        }
        if (!text.matches("[0-9A-Za-z.+ <>=^~|*-]{1,200}") || !text.matches(".*[0-9].*")) {
            throw new IllegalArgumentException("is no version range such as ^2.10.0 or >=2 <4");
        }
        RangeList ranges;
        try {
            ranges = RangeListFactory.create(text, true);
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException("is no version range such as ^2.10.0 or >=2 <4", malformed);
        }
        if (ranges.get().stream().anyMatch(List::isEmpty) || ranges.get().isEmpty()) {
            throw new IllegalArgumentException("is no version range such as ^2.10.0 or >=2 <4");
        }
        return new VersionRange(text.trim(), ranges);
    }

    /** Whether the range lets a version through. */
    public boolean contains(Version version) {
        if (ranges == null) {
            return true;
        }
        Semver value = version.semver();
        return value.satisfies(ranges)
                && (value.getPreRelease().isEmpty() || value.withClearedPreReleaseAndBuild().satisfies(ranges));
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
