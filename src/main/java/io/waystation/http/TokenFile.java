package io.waystation.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import io.waystation.store.StartupException;

/** The first token, in a file that only the owner of the data folder can read; the command line uses it. */
final class TokenFile {
    /** Name of the first token. */
    static final String FIRST = "first";

    private TokenFile() {
    }

    /**
     * Makes the first token and its file when the hub has none; a file that was deleted is made again with a
     * new secret, which is the way back in for somebody who lost every token.
     */
    static void writeFirst(Tokens tokens, Path file) {
        if (Files.exists(file)) {
            return;
        }
        tokens.revoke(FIRST);
        String secret = tokens.create(FIRST, EnumSet.allOf(Role.class), Optional.empty());
        try {
            write(file, secret + "\n");
        } catch (IOException e) {
            tokens.revoke(FIRST);
            throw new StartupException("data-folder-unwritable", "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Puts the whole file in its place at once, so that a crash leaves none rather than an empty one. */
    private static void write(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }
}
