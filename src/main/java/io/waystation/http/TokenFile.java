package io.waystation.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;

import io.waystation.store.OwnerOnlyFile;
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
            OwnerOnlyFile.create(file, secret + "\n");
        } catch (IOException e) {
            tokens.revoke(FIRST);
            throw new StartupException("data-folder-unwritable", "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
