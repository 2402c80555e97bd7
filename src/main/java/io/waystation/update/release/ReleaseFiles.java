package io.waystation.update.release;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What is released beside each other: the archive, its digest, and the signed manifest.
 *
 * @param archive the packed binary
 * @param sha256 its digest
 * @param size its bytes
 */
public record ReleaseFiles(Path archive, String sha256, long size) {
    private static final String ENDING = ".tar.gz";

    /** A small file that is written when it is needed. */
    record Text(String name, byte[] bytes) { }

    /** Name of the archive. */
    public String name() {
        return archive.getFileName().toString();
    }

    /** The files beside the archive: its digest as {@code sha256sum -c} reads it, and the manifest. */
    List<Text> beside(Envelope manifest) {
        String stem = name().endsWith(ENDING) ? name().substring(0, name().length() - ENDING.length()) : name();
        return List.of(new Text(name() + ".sha256", (sha256 + "  " + name() + "\n").getBytes(StandardCharsets.UTF_8)),
                new Text(stem + ".release.json", manifest.bytes()));
    }
}
