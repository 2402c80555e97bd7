package io.waystation.update.change;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * A tar.gz of a release, of which exactly one file is wanted. Anything that an archive of one binary does not have is
 * refused by name, and nothing is left on disk then. Stateless.
 */
public final class Archive {
    /** Written by the package task beside the binary; ours is written from the manifest. */
    private static final Set<String> IGNORED = Set.of("./", ".version");
    private static final int SET_ID_OR_STICKY = 07000;
    private static final int MOST_ENTRIES = 100;
    private static final long HEADERS = 64 * 1024;
    private static final int PIECE = 64 * 1024;

    private Archive() {
    }

    /**
     * Takes the file out.
     *
     * @param archive the tar.gz
     * @param name the one file wanted
     * @param target where it goes; a file of this name is replaced
     * @param most largest size of the file, in bytes
     * @throws ChangeException {@code archive-path}, {@code archive-link}, {@code archive-special},
     *     {@code archive-mode}, {@code archive-unexpected}, {@code archive-duplicate}, {@code archive-bomb},
     *     {@code archive-damaged} or {@code archive-incomplete}
     */
    public static void extract(Path archive, String name, Path target, long most) {
        Path draft = target.resolveSibling(target.getFileName() + ".extracted");
        try {
            Files.deleteIfExists(draft);
            boolean found = read(archive, name, draft, most);
            if (!found) {
                throw ChangeException.refused("archive-incomplete", archive.getFileName() + " has no file " + name);
            }
            DurableFile.sync(draft);
            DurableFile.rename(draft, target);
        } catch (IOException | IllegalArgumentException damaged) {
            throw ChangeException.refused("archive-damaged", archive.getFileName() + " cannot be read: " + damaged.getMessage(), damaged);
        } finally {
            forget(draft);
        }
    }

    private static void forget(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException stays) {
            // the staging folder is emptied before the next change
        }
    }

    private static boolean read(Path archive, String name, Path draft, long most) throws IOException {
        Set<String> seen = new HashSet<>();
        boolean found = false;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                Budget plain = new Budget(new GzipCompressorInputStream(file, false));
                TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
            plain.allow(HEADERS);
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String path = check(entry, name, most);
                if (!seen.add(path) || seen.size() > MOST_ENTRIES) {
                    throw ChangeException.refused("archive-duplicate", "the archive has " + shown(path) + " twice, or too many entries");
                }
                plain.allow(entry.getSize() + HEADERS);
                if (path.equals(name)) {
                    write(tar, draft, entry.getSize());
                    found = true;
                }
            }
            plain.allow(HEADERS);
            plain.drain(); // the checksum of the gzip stream is at its end
        }
        return found;
    }

    private static String check(TarArchiveEntry entry, String name, long most) {
        String raw = entry.getName();
        String path = raw.startsWith("./") && raw.length() > 2 ? raw.substring(2) : raw;
        if (path.startsWith("/") || path.contains("\\") || path.contains("\0") || ("/" + path + "/").contains("/../")) {
            throw ChangeException.refused("archive-path", "the archive has a file that leads out of its folder: " + shown(raw));
        }
        if (entry.isSymbolicLink() || entry.isLink()) {
            throw ChangeException.refused("archive-link", "the archive has a link: " + shown(raw) + " to " + shown(entry.getLinkName()));
        }
        if (path.equals("./") && entry.isDirectory()) {
            return path;
        }
        byte kind = entry.getLinkFlag(); // isFile() is true of devices too
        if (kind != TarConstants.LF_NORMAL && kind != TarConstants.LF_OLDNORM || entry.isSparse() || path.endsWith("/")) {
            throw ChangeException.refused("archive-special", "the archive has something that is no plain file: " + shown(raw));
        }
        if ((entry.getMode() & SET_ID_OR_STICKY) != 0) {
            throw ChangeException.refused("archive-mode", "the archive has a file with special rights (mode "
                    + Integer.toOctalString(entry.getMode()) + "): " + shown(raw));
        }
        if (!path.equals(name) && !IGNORED.contains(path)) {
            throw ChangeException.refused("archive-unexpected", "the archive has " + shown(raw) + ", and only " + name + " is expected");
        }
        if (entry.getSize() > most || IGNORED.contains(path) && entry.getSize() > HEADERS) {
            throw ChangeException.refused("archive-bomb", shown(raw) + " would have " + entry.getSize() + " bytes, more than " + most);
        }
        return path;
    }

    private static String shown(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + clean.substring(0, Math.min(120, clean.length())) + "'";
    }

    private static void write(InputStream in, Path draft, long size) throws IOException {
        long left = size;
        try (OutputStream out = Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] piece = new byte[PIECE];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                out.write(piece, 0, count);
                left -= count;
            }
        }
        if (left != 0) {
            throw new EOFException("it ends " + left + " bytes early");
        }
    }

    /** Lets only so many bytes through as were allowed last: neither long headers nor what follows the end is unpacked. */
    private static final class Budget extends InputStream {
        private final InputStream in;
        private long left;

        private Budget(InputStream in) {
            this.in = in;
        }

        private void allow(long bytes) {
            left = bytes;
        }

        private void drain() throws IOException {
            byte[] piece = new byte[PIECE];
            while (read(piece, 0, piece.length) >= 0) {
                // nothing is wanted of it
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw ChangeException.refused("archive-bomb", "the archive unpacks to more than its entries say");
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
