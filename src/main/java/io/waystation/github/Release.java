package io.waystation.github;

import java.time.Instant;
import java.util.List;

/**
 * A release.
 *
 * @param id GitHub's number for it
 * @param tag its tag, which for a draft need not exist
 * @param name its title; may be empty
 * @param draft whether it is not yet published
 * @param prerelease whether it is marked as a prerelease
 * @param published when it was published, by GitHub's clock, or null for a draft
 * @param assets its files
 */
public record Release(long id, String tag, String name, boolean draft, boolean prerelease, Instant published, List<ReleaseAsset> assets) {
    /** Copies the list. */
    public Release {
        assets = List.copyOf(assets);
    }
}
