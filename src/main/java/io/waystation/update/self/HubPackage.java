package io.waystation.update.self;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

import io.waystation.update.change.ChangeException;

/**
 * A tar.gz of the hub's folder, as {@code tar -C target/waystation -czf waystation.tar.gz .} makes it. Anything but plain
 * files below its folder is refused.
 *
 * <p>Of {@code routes}, {@code kamelets} and {@code application*.properties}, which people edit, a file comes out of the
 * package only where the installed one is as the program in use had it; what was edited stays, and the package's comes
 * beside it with {@code .new} at its end. What was added stays, what was deleted stays away.
 */
final class HubPackage {
    private static final int MOST_ENTRIES = 10_000;
    private static final long MOST_BYTES = 2L << 30;
    private static final Set<String> EDITED_FOLDERS = Set.of("routes", "kamelets", "client");
    private static final String JAR = "lib/waystation.jar";

    private final ProgramFolder folder;

    HubPackage(ProgramFolder folder) {
        this.folder = folder;
    }

    /**
     * Makes the next program out of the package.
     *
     * @throws ChangeException {@code archive-path}, {@code archive-special}, {@code archive-bomb}, {@code archive-damaged} or
     *     {@code archive-incomplete}
     */
    void prepare(Path archive, String sha256) {
        Path next = folder.next();
        try {
            ProgramFolder.delete(next);
            Files.createDirectories(next);
            unpack(archive, next);
            for (String part : List.of(JAR, "bin/waystation")) {
                if (!Files.isRegularFile(next.resolve(part), LinkOption.NOFOLLOW_LINKS)) {
                    throw ChangeException.refused("archive-incomplete", archive.getFileName() + " has no " + part);
                }
            }
            Files.writeString(next.resolve(ProgramFolder.MARK), sha256 + "\n");
            keepEdited(next);
        } catch (IOException | IllegalArgumentException damaged) {
            throw ChangeException.refused("archive-damaged", archive.getFileName() + " cannot be unpacked: " + damaged, damaged);
        }
    }

    /** SHA-256 of a package in lower-case hexadecimal. */
    static String digest(Path archive) throws IOException {
        try (InputStream in = Files.newInputStream(archive)) {
            return DigestUtils.sha256Hex(in);
        }
    }

    private static void unpack(Path archive, Path next) throws IOException {
        long bytes = 0;
        int entries = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = next.resolve(entry.getName()).normalize();
                if (entry.getName().startsWith("/") || !target.startsWith(next)) {
                    throw ChangeException.refused("archive-path", "the package has a file that leads out of its folder");
                }
                bytes += entry.getSize();
                if (bytes > MOST_BYTES || ++entries > MOST_ENTRIES) {
                    throw ChangeException.refused("archive-bomb", "the package has more than " + MOST_ENTRIES + " files or " + MOST_BYTES + " bytes");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink() && !entry.isCharacterDevice()
                        && !entry.isBlockDevice() && !entry.isFIFO()) {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString((entry.getMode() & 0100) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
                } else {
                    throw ChangeException.refused("archive-special", "the package has something that is no plain file");
                }
            }
        }
    }

    private void keepEdited(Path next) throws IOException {
        Path jar = folder.home().resolve(JAR);
        try (JarFile shipped = new JarFile(jar.toFile()); Stream<Path> all = Files.walk(next)) {
            for (Path file : all.filter(Files::isRegularFile).filter(path -> isEditable(next.relativize(path))).toList()) {
                String name = next.relativize(file).toString();
                Path live = folder.home().resolve(name);
                byte[] before = shipped(shipped, name);
                if (Files.exists(live) && (before == null || !Arrays.equals(before, Files.readAllBytes(live)))) {
                    if (!Arrays.equals(Files.readAllBytes(file), Files.readAllBytes(live))) {
                        Files.move(file, file.resolveSibling(file.getFileName() + ".new"));
                        Files.copy(live, file, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } else if (!Files.exists(live) && before != null) {
                    Files.delete(file);
                }
            }
        }
        keepAdded(next);
    }

    private void keepAdded(Path next) throws IOException {
        for (String name : EDITED_FOLDERS) {
            Path live = folder.home().resolve(name);
            if (Files.isDirectory(live)) {
                try (Stream<Path> all = Files.walk(live); JarFile shipped = new JarFile(folder.home().resolve(JAR).toFile())) {
                    for (Path file : all.filter(Files::isRegularFile).toList()) {
                        Path target = next.resolve(folder.home().relativize(file));
                        boolean added = shipped(shipped, folder.home().relativize(file).toString()) == null;
                        if (added && !Files.exists(target) && !file.toString().endsWith(".new")) {
                            Files.createDirectories(target.getParent());
                            Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                        }
                    }
                }
            }
        }
    }

    private static boolean isEditable(Path relative) {
        String first = relative.getName(0).toString();
        return EDITED_FOLDERS.contains(first) || relative.getNameCount() == 1 && first.startsWith("application") && first.endsWith(".properties");
    }

    private static byte[] shipped(JarFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        return entry == null ? null : jar.getInputStream(entry).readAllBytes();
    }
}
