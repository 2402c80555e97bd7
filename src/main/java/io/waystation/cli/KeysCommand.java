package io.waystation.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.waystation.settings.Secret;
import io.waystation.store.OwnerOnlyFile;
import io.waystation.update.release.SigningKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation keys}: the keys that sign releases, which needs no hub, and the one that a hub stores secrets with. */
@Command(name = "keys", mixinStandardHelpOptions = true, description = "Makes and shows keys that sign releases; changes the key that a hub stores secrets with.",
        subcommands = {KeysCommand.Create.class, KeysCommand.Show.class})
public final class KeysCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new CommandFailure(ExitCode.USAGE, "say what to do: create, show or rotate");
    }

    @Command(name = "rotate", mixinStandardHelpOptions = true, description = "Encrypts the secrets that a hub stores with a new key: one that it "
            + "makes, or the first one of the file or variable it was given.")
    int rotate(@Mixin HubOptions hub, @Mixin Output output) {
        JsonNode answer = hub.connect().post("/api/keys/rotate", Map.of());
        output.say("key " + answer.path("key").asText() + (answer.path("made").asBoolean() ? " was made; " : "; ")
                + answer.path("resealed").asInt() + " secrets were encrypted again", answer);
        return ExitCode.OK;
    }

    private static int print(Output output, SigningKey key) {
        output.say("key " + key.id() + ", public key " + key.publicKey(), JsonNodeFactory.instance.objectNode()
                .put("keyid", key.id()).put("publicKey", key.publicKey()));
        return ExitCode.OK;
    }

    /** {@code waystation keys create}. */
    @Command(name = "create", mixinStandardHelpOptions = true, description = "Writes a new secret key to a file that only you can read, and prints its public key.")
    static final class Create implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "File to make; must not exist yet.")
        private Path file;
        @Mixin
        private Output output;

        @Override
        public Integer call() throws IOException {
            SigningKey key = SigningKey.generate();
            try {
                OwnerOnlyFile.create(file, key.pem());
            } catch (FileAlreadyExistsException there) {
                throw new CommandFailure(ExitCode.USAGE, file + " exists already");
            }
            return print(output, key);
        }
    }

    /** {@code waystation keys show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Prints the public key of a secret key, as other machines pin it.")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "File with an Ed25519 key in PKCS#8.")
        private Path file;
        @Mixin
        private Output output;

        @Override
        public Integer call() {
            return print(output, SigningKey.read(file.toString(), Secret.resolve(file.toString(), "file:" + file.toAbsolutePath(), false)));
        }
    }
}
