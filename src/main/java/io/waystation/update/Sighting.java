package io.waystation.update;

import java.time.Instant;

/**
 * What a tag was when this hub first saw it. A tag that later names another commit was moved.
 *
 * @param commit the commit it named
 * @param firstSeen when, by this hub's clock: times inside Git are whatever their author wrote
 */
public record Sighting(String commit, Instant firstSeen) {
}
