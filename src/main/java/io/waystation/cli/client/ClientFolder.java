package io.waystation.cli.client;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.settings.HomeFolder;
import io.waystation.store.StartupException;

/** The folder that one running client has to itself: its position and its dead letters. */
final class ClientFolder implements Closeable {
    private static final String LOCK = "lock";
    private static final int NAME_DIGITS = 12;

    private final ClientLock lock;

    private ClientFolder(ClientLock lock) {
        this.lock = lock;
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
            return new ClientFolder(ClientLock.take(folder.resolve(LOCK)).orElseThrow(() -> new StartupException("data-folder-in-use",
                    "the folder " + folder + " is in use by another client; stop it or name another with --data")));
        } catch (IOException unwritable) {
            throw new StartupException("data-folder-unwritable",
                    "cannot write the folder " + folder + "; make it writable or name another with --data", unwritable);
        }
    }

    /** Whether a client runs on a folder; where that cannot be told, as when the folder belongs to somebody else, none does. */
    static boolean isInUse(Path folder) {
        try {
            return ClientLock.isTaken(folder.resolve(LOCK));
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

    /**
     * Takes the file with the position, which may be in any folder: two clients that share it would each lose what the other has done.
     *
     * @throws StartupException {@code state-file-unwritable} or {@code state-file-in-use}
     */
    static ClientLock lockPosition(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return ClientLock.take(file.resolveSibling(file.getFileName() + ".lock")).orElseThrow(() -> new StartupException("state-file-in-use",
                    "the state file " + file + " is in use by another client; stop it or name another with --state-file"));
        } catch (IOException unwritable) {
            throw new StartupException("state-file-unwritable",
                    "cannot write the state file " + file + "; make it writable or name another with --state-file", unwritable);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
