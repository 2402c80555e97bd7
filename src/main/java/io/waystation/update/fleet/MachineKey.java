package io.waystation.update.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.waystation.settings.Secret;
import io.waystation.store.OwnerOnlyFile;
import io.waystation.store.StartupException;
import io.waystation.update.release.SigningKey;

/** The key this machine signs its reports with: made once, in the data folder, for its owner only. Thread-safe. */
final class MachineKey {
    private static final String FILE = "machine.key";

    private MachineKey() {
    }

    /**
     * The key of a data folder, made when it is not there.
     *
     * @throws StartupException {@code machine-key-unusable} when it cannot be read or written
     */
    static synchronized SigningKey in(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                OwnerOnlyFile.create(file, SigningKey.generate().pem());
            }
            return SigningKey.read(FILE, Secret.of(Files.readString(file)));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartupException("machine-key-unusable", "the key of this machine, " + file + ", cannot be used ("
                    + unusable.getMessage() + "); put it back from a backup, or delete it and let the hub it reports to forget the machine",
                    unusable);
        }
    }
}
