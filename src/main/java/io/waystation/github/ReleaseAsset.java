package io.waystation.github;

import java.net.URI;
import java.util.Optional;

/**
 * A file of a release.
 *
 * @param id GitHub's number for it
 * @param name as GitHub wrote it, which may differ from the name it was uploaded with
 * @param uploaded whether its upload has ended; until then size and digest mean nothing
 * @param size bytes
 * @param sha256 64 hex digits, or empty where GitHub names no digest; it protects against damage, not against whoever may replace
 *     the file
 * @param download address anybody may download it from
 */
public record ReleaseAsset(long id, String name, boolean uploaded, long size, Optional<String> sha256, URI download) {
}
