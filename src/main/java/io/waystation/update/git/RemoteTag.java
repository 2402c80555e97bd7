package io.waystation.update.git;

/**
 * A tag as a server tells it.
 *
 * @param name without {@code refs/tags/}; anything Git stores, so nothing may trust it
 * @param commit what it names, 40 hex digits: for an annotated tag the commit behind it, not the tag object
 */
public record RemoteTag(String name, String commit) {
}
