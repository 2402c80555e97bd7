package io.waystation.update.change;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Packs one proven binary for other machines: the same file and version are always the same bytes. Stateless. */
public final class Packing {
    private static final int EXECUTABLE = 0755;
    private static final int PLAIN = 0644;

    private Packing() {
    }

    /**
     * Packs a binary with its {@code .version} into a tar.gz, without times or owners.
     *
     * @param artefact what the binary is; its digest must be the binary's
     * @param target where the archive goes; whole or not there
     * @throws ChangeException {@code staged-changed} when the binary is another file
     */
    public static void pack(Path binary, Artefact artefact, Path target) {
        Path draft = target.resolveSibling(target.getFileName() + ".packing");
        try {
            Files.createDirectories(target.getParent());
            if (!artefact.sha256().equals(DurableFile.digest(binary))) {
                throw ChangeException.refused("staged-changed", binary + " is not the file that was proven");
            }
            GzipParameters plain = new GzipParameters(); // no name, no time
            try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(draft, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING));
                    TarArchiveOutputStream tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(file, plain))) {
                tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
                entry(tar, binary.getFileName().toString(), EXECUTABLE, Files.size(binary));
                Files.copy(binary, tar);
                tar.closeArchiveEntry();
                byte[] version = version(artefact).getBytes(StandardCharsets.UTF_8);
                entry(tar, ".version", PLAIN, version.length);
                tar.write(version);
                tar.closeArchiveEntry();
            }
            DurableFile.sync(draft);
            DurableFile.rename(draft, target);
        } catch (IOException failed) {
            throw ChangeException.failed("pack-failed", target + " could not be written: " + failed.getMessage(), failed);
        }
        requireHolds(target, binary.getFileName().toString(), artefact.sha256());
    }

    /**
     * Takes an archive that a task has made.
     *
     * @param name the one file in it, besides {@code .version}
     * @param sha256 digest of that file
     * @throws ChangeException {@code package-missing}, {@code package-differs}, or what is wrong with the archive
     */
    public static void take(Path made, String name, String sha256, Path target) {
        if (!Files.isRegularFile(made)) {
            throw ChangeException.refused("package-missing", "the task left no archive at " + made);
        }
        Path draft = target.resolveSibling(target.getFileName() + ".packing");
        try {
            Files.createDirectories(target.getParent());
            Files.copy(made, draft, StandardCopyOption.REPLACE_EXISTING);
            DurableFile.sync(draft);
            requireHolds(draft, name, sha256);
            DurableFile.rename(draft, target);
        } catch (IOException failed) {
            throw ChangeException.failed("pack-failed", target + " could not be written: " + failed.getMessage(), failed);
        }
    }

    /** Whether an archive holds this very file. */
    private static void requireHolds(Path archive, String name, String sha256) {
        Path taken = archive.resolveSibling(archive.getFileName() + ".taken");
        try {
            Archive.extract(archive, name, taken, Long.MAX_VALUE / 2);
            String digest = DurableFile.digest(taken);
            if (!sha256.equals(digest)) {
                throw ChangeException.refused("package-differs", archive.getFileName() + " holds a " + name + " with sha256 " + digest
                        + ", and " + sha256 + " is what was proven");
            }
        } catch (IOException unreadable) {
            throw ChangeException.failed("pack-failed", taken + " could not be read: " + unreadable.getMessage(), unreadable);
        } finally {
            taken.toFile().delete();
        }
    }

    /** Digest of a file; null when there is none. */
    public static String digest(Path file) throws IOException {
        return DurableFile.digest(file);
    }

    private static void entry(TarArchiveOutputStream tar, String name, int mode, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(mode);
        entry.setSize(size);
        entry.setModTime(0);
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
    }

    private static String version(Artefact artefact) {
        return (artefact.tag() == null ? "" : "version: " + artefact.tag() + "\n")
                + (artefact.commit() == null ? "" : "commit: " + artefact.commit() + "\n") + "checksum: " + artefact.sha256() + "\n";
    }
}
