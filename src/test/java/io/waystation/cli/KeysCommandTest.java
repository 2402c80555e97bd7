package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.OutsideTool;
import io.waystation.settings.Secret;
import io.waystation.update.release.Envelope;
import io.waystation.update.release.SigningKey;
import io.waystation.update.release.TrustedKeys;

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

    @Test
    void takesTheKeyThatTheCommandOfTheGuideMakes() throws Exception {
        Matcher command = Pattern.compile("`(openssl [^`]+)`").matcher(Files.readString(Path.of("docs/updates.md")));
        assertThat(command.find()).isTrue();
        List<String> words = new ArrayList<>(List.of(command.group(1).split(" ")));
        words.set(0, OutsideTool.required("openssl").toString());
        Process openssl = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
        String said = new String(openssl.getInputStream().readAllBytes());
        assertThat(openssl.waitFor()).as(said).isZero();
        Path file = folder.resolve(words.get(words.size() - 1));
        StringWriter shown = new StringWriter();

        assertThat(run(shown, "keys", "show", file.toString())).isZero();

        SigningKey key = SigningKey.read("test", Secret.of(Files.readString(file)));
        assertThat(shown.toString()).contains(key.publicKey());
        TrustedKeys.pinned("test", List.of(key.publicKey()))
                .signerOf(Envelope.sign(Envelope.RELEASE, new byte[] {1}, List.of(key)), Instant.now());
    }
}
