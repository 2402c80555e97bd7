package io.waystation.update;

import java.time.Duration;
import java.util.List;

/**
 * The files a release must have before it is acted on.
 *
 * @param names names, in which <code>{tag}</code>, <code>{version}</code>, <code>{os}</code> and <code>{arch}</code> are replaced
 *     ({@code linux}, {@code darwin}, {@code windows}; {@code amd64}, {@code arm64}, ...); empty when none is needed
 * @param patience how long after its publication a release may lack them
 * @param largest bytes that each of them may have at most
 */
public record AssetRule(List<String> names, Duration patience, long largest) {
    /** Copies the list. */
    public AssetRule {
        names = List.copyOf(names);
    }
}
