package io.waystation.update.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

import io.waystation.settings.Secret;
import io.waystation.store.StartupException;
import io.waystation.update.release.SigningKey;

/** The key this machine signs its reports with: made once, in the data folder, for its owner only. Stateless. */
final class MachineKey {
    private static final String FILE = "machine.key";

    private MachineKey() {
    }

    /**
     * The key of a data folder, made when it is not there.
     *
     * @throws StartupException {@code machine-key-unusable} when it cannot be read or written
     */
    static SigningKey in(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return SigningKey.read(FILE, Secret.of(Files.readString(file)));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartupException("machine-key-unusable", "the key of this machine, " + file + ", cannot be used ("
                    + unusable.getMessage() + "); put it back from a backup, or delete it and let the hub it reports to forget the machine",
                    unusable);
        }
    }

    private static void make(Path file) throws IOException {
        Path draft = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, SigningKey.generate().pem());
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
