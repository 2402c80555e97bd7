package io.waystation.update.version;

import java.util.Arrays;
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
    private final int[] numbers;
    private final List<String> prerelease;

    Version(String text, int[] numbers, List<String> prerelease) {
        this.text = text;
        this.numbers = numbers;
        this.prerelease = prerelease;
    }

    /** As upstream writes it, such as {@code v2.10.25}: without what the tag pattern puts around it. */
    public String text() {
        return text;
    }

    /** First number; the year of a calendar version. */
    public int major() {
        return numbers[0];
    }

    /** Second number. */
    public int minor() {
        return numbers[1];
    }

    /** Whether it has prerelease identifiers. */
    public boolean isPrerelease() {
        return !prerelease.isEmpty();
    }

    /** Letters that the prerelease begins with ({@code rc} of {@code rc.10} and {@code rc10}); empty when there are none. */
    public String prereleaseName() {
        if (prerelease.isEmpty()) {
            return "";
        }
        String first = prerelease.get(0);
        int end = 0;
        while (end < first.length() && Character.isLetter(first.charAt(end))) {
            end++;
        }
        return first.substring(0, end);
    }

    /** For ranges: the version without build metadata. */
    Semver semver() {
        String rest = prerelease.isEmpty() ? "" : "-" + String.join(".", prerelease);
        return new Semver(numbers[0] + "." + numbers[1] + "." + numbers[2] + rest);
    }

    @Override
    public int compareTo(Version other) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != other.numbers[i]) {
                return Integer.compare(numbers[i], other.numbers[i]);
            }
        }
        if (isPrerelease() != other.isPrerelease()) {
            return isPrerelease() ? -1 : 1;
        }
        for (int i = 0; i < Math.min(prerelease.size(), other.prerelease.size()); i++) {
            int order = compare(prerelease.get(i), other.prerelease.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(prerelease.size(), other.prerelease.size());
    }

    private static int compare(String a, String b) {
        boolean number = isNumber(a);
        if (number != isNumber(b)) {
            return number ? -1 : 1;
        }
        return number ? Integer.compare(Integer.parseInt(a), Integer.parseInt(b)) : a.compareTo(b);
    }

    private static boolean isNumber(String identifier) {
        return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Version that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(numbers) + prerelease.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
