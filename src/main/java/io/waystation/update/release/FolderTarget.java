package io.waystation.update.release;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Releases in a folder, which this hub or any web server hands out. Thread-safe for different releases; blocks. */
public final class FolderTarget {
    private static final Logger LOG = LoggerFactory.getLogger(FolderTarget.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,199}");

    private final Path folder;
    private final URI baseUrl;
    private final int keep;

    /**
     * A target.
     *
     * @param folder where each subsystem has a folder with a folder for each release
     * @param baseUrl its address, without a slash at its end
     * @param keep releases of a subsystem that stay; older ones are deleted when a new one is announced
     */
    public FolderTarget(Path folder, URI baseUrl, int keep) {
        this.folder = folder;
        this.baseUrl = baseUrl;
        this.keep = keep;
    }

    /** Where a file can be had. */
    public URI address(String subsystem, String release, String file) {
        return URI.create(baseUrl + "/" + checked(subsystem) + "/" + checked(release) + "/" + checked(file));
    }

    /** Puts the files of a release there; the archive, which never changes, first, and the manifest last. */
    public void put(String subsystem, String release, ReleaseFiles files, Envelope manifest) {
        try {
            Path place = Files.createDirectories(folder.resolve(checked(subsystem)).resolve(checked(release)));
            copy(files, place.resolve(files.name()));
            for (ReleaseFiles.Text text : files.beside(manifest)) {
                write(place.resolve(text.name()), text.bytes());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Deletes releases that are one too many now that this one is announced. Who is in the middle of fetching an old one gets it to
     * its end; what cannot be deleted stays.
     */
    public void deleteOld(String subsystem, String release) {
        Path newest = folder.resolve(checked(subsystem)).resolve(checked(release));
        try (Stream<Path> releases = Files.list(newest.getParent())) {
            List<Path> old = releases.filter(other -> !other.equals(newest) && Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing((Path other) -> other.toFile().lastModified()).reversed()).skip(keep - 1L).toList();
            old.forEach(FolderTarget::delete);
        } catch (IOException | UncheckedIOException unreadable) {
            LOG.warn("Old releases of {} are not deleted: {}", subsystem, unreadable.toString());
        }
    }

    private static void delete(Path release) {
        try (Stream<Path> files = Files.list(release)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(release);
        } catch (IOException | UncheckedIOException stays) {
            LOG.warn("The old release {} cannot be deleted: {}", release, stays.toString());
        }
    }

    private static void copy(ReleaseFiles files, Path target) throws IOException {
        Path draft = target.resolveSibling(target.getFileName() + ".new");
        Files.copy(files.archive(), draft, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void write(Path target, byte[] bytes) throws IOException {
        Path draft = target.resolveSibling(target.getFileName() + ".new");
        Files.write(draft, bytes);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The file behind an address, or null where there is none. */
    public Path find(String subsystem, String release, String file) {
        if (!NAME.matcher(subsystem).matches() || !NAME.matcher(release).matches() || !NAME.matcher(file).matches()) {
            return null;
        }
        Path found = folder.resolve(subsystem).resolve(release).resolve(file);
        return Files.isRegularFile(found) ? found : null;
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ReleaseFailedException("odd-name", "No file or folder of a release can be named " + name + ".");
        }
        return name;
    }
}
