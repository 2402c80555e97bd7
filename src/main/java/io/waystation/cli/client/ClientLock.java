package io.waystation.cli.client;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Keeps a second client, of this process or another, from what a running one has to itself; it ends with the process. */
final class ClientLock implements Closeable {
    private final FileChannel channel;

    private ClientLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock of a file, made when it is not there; empty when another client has it. */
    static Optional<ClientLock> take(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (isFree(channel)) {
            return Optional.of(new ClientLock(channel));
        }
        channel.close();
        return Optional.empty();
    }

    /** Whether a client has the lock of a file. */
    static boolean isTaken(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return !isFree(channel);
        }
    }

    /** Locks the file when nobody else has; closing the channel ends that. */
    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
