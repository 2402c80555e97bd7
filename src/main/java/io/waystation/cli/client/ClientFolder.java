package io.waystation.cli.client;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.settings.HomeFolder;
import io.waystation.store.StartupException;

/** The folder that one running client has to itself: its position and its dead letters. */
final class ClientFolder implements Closeable {
    private static final int NAME_DIGITS = 12;

    private final FileChannel channel;

    private ClientFolder(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the folder, creating it when it is not there.
     *
     * @throws StartupException {@code data-folder-unwritable} or {@code data-folder-in-use}
     */
    static ClientFolder open(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                createOwned(folder);
            }
            FileChannel channel = FileChannel.open(
                    folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException sameProcess) {
                lock = null;
            }
            if (lock == null) {
                channel.close();
                throw new StartupException("data-folder-in-use", "the folder " + folder
                        + " is in use by another client; stop it or name another with --data");
            }
            return new ClientFolder(channel);
        } catch (IOException unwritable) {
            throw new StartupException("data-folder-unwritable",
                    "cannot write the folder " + folder + "; make it writable or name another with --data", unwritable);
        }
    }

    /** Whether a client runs on a folder; where that cannot be told, as when the folder belongs to somebody else, none does. */
    static boolean isInUse(Path folder) {
        try (FileChannel channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException sameProcess) {
            return true;
        } catch (IOException neverUsed) {
            return false;
        }
    }

    /** Dead letters hold whole requests: nobody else on this machine may read them. */
    private static void createOwned(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (UnsupportedOperationException notPosix) {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException meanwhile) {
            // another client is as quick; the lock decides
        }
    }

    /**
     * Where a client of this stream and target keeps its data unless told otherwise: the same after a restart.
     *
     * @throws StartupException {@code no-home-folder} when the user has none
     */
    static Path usual(String url, String target, Map<String, String> environment) {
        Path base = HomeFolder.state(environment).orElseThrow(() -> new StartupException("no-home-folder",
                "no place for the position and dead letters: HOME is not set and this user has no home folder; name a folder with --data"));
        return base.resolve("waystation")
                .resolve("client-" + DigestUtils.sha256Hex(url + "\n" + target).substring(0, NAME_DIGITS));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
