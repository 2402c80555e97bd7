package io.waystation.update.release;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.github.GithubException;
import io.waystation.github.ReleaseAsset;
import io.waystation.github.ReleaseWriter;
import io.waystation.github.ReleaseWriter.Writable;

/**
 * Releases on GitHub: a draft, its files, a comparison, and only then the publication. Every step looks first at what is there,
 * so it may be repeated after a kill; what is published is never touched. Thread-safe; blocks.
 */
public final class GithubTarget {
    private static final int RECENT = 300;
    private static final int MOST_TAGS = 50;

    private final ReleaseWriter writer;
    private final URI forge;
    private final Consumer<String> boundary;

    /**
     * A release to be made.
     *
     * @param repository {@code owner/name}
     * @param tag its tag
     * @param title what it is called
     * @param mark what tells our own draft from others; unique for what is released
     */
    public record Place(String repository, String tag, String title, String mark) {
        private String text() {
            return "Made by Waystation. The signed manifest is among the files.\n\n<!-- " + mark + " -->\n";
        }

        private boolean isOf(Writable release) {
            return release.text().contains("<!-- " + mark + " -->");
        }
    }

    /**
     * A target.
     *
     * @param forge address in front of {@code owner/name}
     * @param boundary told what has been done, each time something has
     */
    public GithubTarget(ReleaseWriter writer, URI forge, Consumer<String> boundary) {
        this.writer = writer;
        this.forge = forge;
        this.boundary = boundary;
    }

    /** A tag for a release: the one wanted, unless something else has it; then with {@code -2}, {@code -3} behind it. */
    public String freeTag(Place wanted) {
        List<Writable> all = writer.list(wanted.repository(), RECENT);
        Optional<Writable> own = all.stream().filter(wanted::isOf).findFirst();
        if (own.isPresent()) {
            return own.get().release().tag();
        }
        for (int i = 1; i < MOST_TAGS; i++) {
            String tag = i == 1 ? wanted.tag() : wanted.tag() + "-" + i;
            if (all.stream().noneMatch(release -> release.release().tag().equals(tag))) {
                return tag;
            }
        }
        throw new ReleaseFailedException("no-free-tag", wanted.repository() + " has " + MOST_TAGS + " releases of " + wanted.tag() + ".");
    }

    /** Where a file of a release can be had once it is published. */
    public URI address(Place place, String file) {
        return URI.create(forge + "/" + place.repository() + "/releases/download/" + place.tag() + "/" + file);
    }

    /**
     * Finds our own draft, or what became of it, or makes one.
     *
     * @throws ReleaseFailedException {@code tag-taken} when another release has the tag by now: prepare again
     */
    public Writable draft(Place place) {
        List<Writable> all = writer.list(place.repository(), RECENT);
        Optional<Writable> own = all.stream().filter(place::isOf).findFirst();
        if (own.isPresent()) {
            return own.get();
        }
        if (all.stream().anyMatch(release -> release.release().tag().equals(place.tag()))) {
            throw new ReleaseFailedException("tag-taken", place.repository() + " has another release " + place.tag() + " by now.");
        }
        Writable made = writer.draft(place.repository(), place.tag(), place.title(), place.text());
        boundary.accept("release-drafted");
        return made;
    }

    /** Uploads what the draft lacks. Left-overs of broken uploads, and files that differ, are deleted first. Nothing when it is published. */
    public void upload(Place place, ReleaseFiles files, Envelope manifest) {
        Writable draft = draft(place);
        if (!draft.release().draft()) {
            return;
        }
        upload(place, draft, files.name(), "application/gzip", files.archive(), files.sha256());
        for (ReleaseFiles.Text text : files.beside(manifest)) {
            Path file = files.archive().resolveSibling(text.name());
            try {
                Files.write(file, text.bytes());
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
            upload(place, draft, text.name(), text.name().endsWith(".json") ? "application/json" : "text/plain", file,
                    DigestUtils.sha256Hex(text.bytes()));
        }
    }

    private void upload(Place place, Writable draft, String name, String type, Path file, String sha256) {
        Optional<ReleaseAsset> there = draft.asset(name);
        if (there.filter(asset -> isSame(asset, file, sha256)).isPresent()) {
            return;
        }
        there.ifPresent(broken -> writer.delete(place.repository(), broken));
        boundary.accept("release-uploading");
        writer.upload(draft, name, type, file);
        boundary.accept("release-uploaded");
    }

    private static boolean isSame(ReleaseAsset asset, Path file, String sha256) {
        try {
            return asset.uploaded() && asset.size() == Files.size(file) && asset.sha256().map(sha256::equals).orElse(true);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Compares what GitHub has with what it should have.
     *
     * @throws ReleaseFailedException {@code release-differs}: a file is missing, or has another size or digest
     */
    public void compare(Place place, ReleaseFiles files, Envelope manifest) {
        Writable now = writer.get(place.repository(), draft(place).release().id());
        require(now, files.name(), files.archive(), files.sha256());
        if (now.release().draft()) { // a published one keeps the manifest it was published with, which a later one may have replaced
            files.beside(manifest).forEach(text -> require(now, text.name(), files.archive().resolveSibling(text.name()), DigestUtils.sha256Hex(text.bytes())));
        }
    }

    private static void require(Writable release, String name, Path file, String sha256) {
        ReleaseAsset asset = release.asset(name).orElseThrow(() -> differs(release, name + " is not there"));
        if (!isSame(asset, file, sha256)) {
            throw differs(release, name + " has " + asset.size() + " bytes and sha256 " + asset.sha256().orElse("unknown"));
        }
    }

    private static ReleaseFailedException differs(Writable release, String problem) {
        return new ReleaseFailedException("release-differs", "The release " + release.release().tag() + " on GitHub is not what was uploaded: "
                + problem + ".");
    }

    /** Publishes the draft, and reads it again. */
    public void publish(Place place, ReleaseFiles files, Envelope manifest) {
        Writable draft = draft(place);
        if (draft.release().draft()) {
            try {
                writer.publish(place.repository(), draft);
            } catch (GithubException refused) {
                if (refused.code() == GithubException.Code.INVALID && refused.body().contains("tag_name")) {
                    throw new ReleaseFailedException("tag-taken", "GitHub does not let " + place.tag() + " be used: " + refused.getMessage());
                }
                throw refused;
            }
            boundary.accept("release-published");
        }
        compare(place, files, manifest);
    }
}
