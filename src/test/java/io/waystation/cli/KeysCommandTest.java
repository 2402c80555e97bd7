package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.settings.Secret;
import io.waystation.update.release.SigningKey;

class KeysCommandTest {
    @TempDir
    private Path folder;

    private static int run(StringWriter out, String... arguments) {
        return WaystationCommand.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true)).execute(arguments);
    }

    @Test
    void makesAKeyThatOnlyItsOwnerReadsAndShowsItsPublicPart() throws Exception {
        Path file = folder.resolve("release.key");
        StringWriter made = new StringWriter();
        StringWriter shown = new StringWriter();

        assertThat(run(made, "keys", "create", file.toString())).as("%s", made).isZero();
        assertThat(run(shown, "keys", "show", file.toString())).isZero();

        SigningKey key = SigningKey.read("test", Secret.of(Files.readString(file)));
        assertThat(made.toString()).contains(key.publicKey()).contains(key.id()).doesNotContain("PRIVATE");
        assertThat(shown).hasToString(made.toString());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(run(new StringWriter(), "keys", "create", file.toString())).as("never over another key").isEqualTo(ExitCode.USAGE);
        assertThat(run(new StringWriter(), "keys", "show", folder.resolve("none").toString())).isNotZero();
    }
}
