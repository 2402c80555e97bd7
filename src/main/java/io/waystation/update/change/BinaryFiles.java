package io.waystation.update.change;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Objects;

/**
 * The files of one installation. Every method looks at digests first and does what is missing, so it can be repeated
 * after a kill at any point; {@code .bin/NAME} is never absent and never mixed. Not thread-safe: one lane per subsystem.
 */
final class BinaryFiles {
    private final Installation place;
    private final Boundary boundary;
    private final Path kept;
    private final Path older;

    BinaryFiles(Installation place, Boundary boundary) {
        this.place = place;
        this.boundary = boundary;
        this.kept = place.staging().resolve(place.binary() + ".kept");
        this.older = place.previous().resolveSibling(place.binary() + ".older");
    }

    /** Digest of the binary in use; null when there is none. */
    String current() throws IOException {
        return DurableFile.digest(place.current());
    }

    /** Digest of the staged binary; null when there is none. */
    String staged() throws IOException {
        return DurableFile.digest(place.staged());
    }

    /** Empties the staging folder but for the staged binary, which goes when {@code staged} is set. */
    void clean(boolean staged) throws IOException {
        Files.createDirectories(place.staging());
        Files.createDirectories(place.previous().getParent());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(place.staging())) {
            for (Path file : files) {
                if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) && (staged || !file.equals(place.staged()))) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Forgets the binary before the previous one. */
    void forgetOlder() throws IOException {
        Files.deleteIfExists(older);
    }

    /** Keeps a copy (a link would change with it) of the binary in use, before a build writes over it. */
    void keep() throws IOException {
        if (Files.exists(place.current())) {
            copy(place.current(), kept);
        }
        boundary.reached("kept");
    }

    /** Puts back the binary that a build wrote over; does nothing when it is still the one in use. */
    void restore(String inUse) throws IOException {
        if (!Objects.equals(inUse, current())) {
            if (inUse == null) {
                Files.deleteIfExists(place.current());
            } else if (inUse.equals(DurableFile.digest(kept))) {
                DurableFile.rename(kept, place.current());
            } else {
                throw ChangeException.refused("binary-lost", place.current() + " is not the binary in use and the copy of it"
                        + " is gone; put it back, or build or download it again");
            }
        }
        boundary.reached("restored");
    }

    /** Makes what was built the staged binary, and the binary in use what it was before the build. */
    void takeBuilt(String inUse) throws IOException {
        if (place.buildsInPlace() && Files.exists(place.staged()) && Objects.equals(inUse, current())) {
            return; // taken before a kill; what is in place now is not what was built
        }
        if (Files.isSymbolicLink(place.built()) || !Files.isRegularFile(place.built())) {
            throw ChangeException.refused("artefact-missing", "the build left no file at " + place.built());
        }
        copy(place.built(), place.staged());
        boundary.reached("taken");
        if (place.buildsInPlace()) {
            restore(inUse);
        }
    }

    /** Makes a file of the staging folder the staged binary. */
    void takeFile(Path file) throws IOException {
        if (!file.equals(place.staged())) {
            DurableFile.rename(file, place.staged());
        }
        executable(place.staged());
        boundary.reached("taken");
    }

    /** Stages a copy of the previous binary. */
    void takePrevious() throws IOException {
        if (!Files.isRegularFile(place.previous())) {
            throw ChangeException.refused("previous-missing", "there is no previous binary at " + place.previous());
        }
        copy(place.previous(), place.staged());
        boundary.reached("taken");
    }

    private static void copy(Path from, Path to) throws IOException {
        Path draft = to.resolveSibling(to.getFileName() + ".copy");
        Files.createDirectories(to.getParent());
        Files.copy(from, draft, StandardCopyOption.REPLACE_EXISTING);
        executable(draft);
        DurableFile.sync(draft);
        DurableFile.rename(draft, to);
    }

    private static void executable(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /**
     * Makes the staged binary the one in use and the one in use the previous one.
     *
     * @param from digest of the binary in use before, null when there was none
     * @param to digest of the staged binary
     */
    void swap(String from, String to) throws IOException {
        String live = current();
        if (to.equals(live)) {
            return;
        }
        if (!Objects.equals(from, live)) {
            throw ChangeException.refused("binary-changed", place.current() + " is neither the binary the manifest names"
                    + " nor the new one: somebody else changed it");
        }
        if (!to.equals(staged())) {
            throw ChangeException.refused("staged-changed", place.staged() + " is not the file that was verified");
        }
        if (from != null) {
            keepPrevious(from);
        }
        DurableFile.rename(place.staged(), place.current());
        boundary.reached("renamed");
    }

    private void keepPrevious(String from) throws IOException {
        if (from.equals(DurableFile.digest(place.previous()))) {
            return;
        }
        Path next = place.previous().resolveSibling(place.binary() + ".next");
        DurableFile.duplicate(place.current(), next);
        boundary.reached("linked");
        if (Files.exists(place.previous()) && Files.notExists(older)) {
            DurableFile.rename(place.previous(), older);
            boundary.reached("older");
        }
        DurableFile.rename(next, place.previous());
        boundary.reached("previous");
    }

    /** Undoes {@link #swap}: the binary in use is {@code from} again, and the previous one what it was before. */
    void back(String from) throws IOException {
        if (!Objects.equals(from, current())) {
            if (from == null) {
                Files.deleteIfExists(place.current());
            } else {
                if (!from.equals(DurableFile.digest(place.previous()))) {
                    throw ChangeException.refused("previous-missing",
                            place.previous() + " is not the binary that was in use before; put it back by hand");
                }
                Path back = place.staging().resolve(place.binary() + ".back");
                DurableFile.duplicate(place.previous(), back);
                boundary.reached("back linked");
                DurableFile.rename(back, place.current());
            }
            boundary.reached("back");
        }
        if (Files.exists(older)) {
            DurableFile.rename(older, place.previous());
        } else if (from != null && from.equals(DurableFile.digest(place.previous()))) {
            Files.delete(place.previous());
        }
        boundary.reached("previous back");
    }

    /** Writes {@code .bin/.version} for tools that read it; the manifest is what counts. */
    void describe(Artefact now, Instant since) throws IOException {
        if (now.sha256() != null) {
            DurableFile.write(place.current().resolveSibling(".version"), ("version: " + text(now.tag()) + "\ncommit: "
                    + text(now.commit()) + "\ntimestamp: " + since + "\nchecksum: " + now.sha256() + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        } else {
            Files.deleteIfExists(place.current().resolveSibling(".version"));
        }
        boundary.reached("described");
    }

    private static String text(String value) {
        return value == null ? "unknown" : value;
    }
}
