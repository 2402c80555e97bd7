package io.waystation.update;

/**
 * A version bound to the commit it was read from.
 *
 * @param version as upstream writes it, without what the tag pattern puts around it; the short commit for the strategy
 *     {@link Strategy#COMMITS}
 * @param tag the whole tag; empty for the strategy {@link Strategy#COMMITS}
 * @param commit the commit, 40 or 64 hex digits: an annotated tag is already followed to it
 */
public record UpstreamVersion(String version, String tag, String commit) {
    private static final int SHORT = 7;

    /** A commit of a branch. */
    public static UpstreamVersion ofCommit(String commit) {
        return new UpstreamVersion(commit.substring(0, Math.min(SHORT, commit.length())), "", commit);
    }

    /** The tag, or the short commit where there is none: for people. */
    public String label() {
        return tag.isEmpty() ? version : tag;
    }
}
