package io.waystation.update.version;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which tags of a repository are a subsystem's, and which part of them is the version.
 *
 * <p>Written as a tag with one {@code *} where the version stands ({@code *}, {@code nats-*}, {@code nats/*}), or as a regular
 * expression with a group named {@code version} that matches the whole tag ({@code nats-server(?:-|/)(?<version>v.+)}).
 * Immutable and thread-safe.
 */
public final class TagPattern {
    private static final String GROUP = "(?<version>";
    /** Characters a regular expression may look at per tag: a thousand times what a sane one needs. */
    private static final int MOST_READS = 200_000;

    private final String text;
    private final String prefix;
    private final String suffix;
    private final Pattern expression;

    private TagPattern(String text, String prefix, String suffix, Pattern expression) {
        this.text = text;
        this.prefix = prefix;
        this.suffix = suffix;
        this.expression = expression;
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException when it is neither form
     */
    public static TagPattern of(String text) {
        if (text.contains(GROUP)) {
            try {
                return new TagPattern(text, "", "", Pattern.compile(text));
            } catch (PatternSyntaxException malformed) {
                throw new IllegalArgumentException("is no regular expression: " + malformed.getDescription(), malformed);
            }
        }
        int star = text.indexOf('*');
        if (star < 0 || text.indexOf('*', star + 1) >= 0) {
            throw new IllegalArgumentException("must have one * where the version stands, or a group (?<version>...)");
        }
        return new TagPattern(text, text.substring(0, star), text.substring(star + 1), null);
    }

    /**
     * The version inside a tag; empty when the tag is not this subsystem's.
     *
     * @throws TooSlowException when the regular expression backtracks without end on this tag
     */
    public Optional<String> versionIn(String tag) {
        if (expression == null) {
            boolean ours = tag.length() > prefix.length() + suffix.length() && tag.startsWith(prefix) && tag.endsWith(suffix);
            return ours ? Optional.of(tag.substring(prefix.length(), tag.length() - suffix.length())) : Optional.empty();
        }
        Matcher matcher = expression.matcher(new CountedText(tag, new int[] {MOST_READS}));
        return matcher.matches() ? Optional.ofNullable(matcher.group("version")) : Optional.empty();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }

    /** A regular expression looked at a tag too often. */
    public static final class TooSlowException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooSlowException() {
            super("the tag pattern takes too long on this tag", null, false, false);
        }
    }

    /** Ends a match that reads too much: the JDK has no time limit for one. */
    private record CountedText(CharSequence text, int[] left) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (left[0]-- <= 0) {
                throw new TooSlowException();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new CountedText(text.subSequence(start, end), left);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
