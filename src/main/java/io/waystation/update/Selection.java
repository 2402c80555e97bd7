package io.waystation.update;

import io.waystation.update.version.PrereleaseChannel;
import io.waystation.update.version.TagPattern;
import io.waystation.update.version.VersionRange;
import io.waystation.update.version.VersionScheme;

/**
 * Which of upstream's versions are a subsystem's.
 *
 * @param strategy what is followed
 * @param scheme how versions are numbered
 * @param tags which tags are versions of this subsystem
 * @param range versions it may have
 * @param prerelease prereleases it takes
 * @param assets files a release must have, for {@link Strategy#RELEASES}
 */
public record Selection(Strategy strategy, VersionScheme scheme, TagPattern tags, VersionRange range, PrereleaseChannel prerelease,
        AssetRule assets) {
}
