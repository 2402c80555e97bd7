package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackingTest {
    @TempDir
    private Path folder;
    private Path binary;
    private Artefact artefact;

    @BeforeEach
    void build() throws Exception {
        binary = Files.writeString(Files.createDirectories(folder.resolve("bin")).resolve("nats-server"), "a program");
        artefact = new Artefact("2.10.25", "v2.10.25", "ab".repeat(20), DurableFile.digest(binary));
    }

    @Test
    void packsTheSameFileIntoTheSameBytesWheneverItDoes() throws Exception {
        Packing.pack(binary, artefact, folder.resolve("one/nats.tar.gz"));
        Files.setLastModifiedTime(binary, FileTime.from(Instant.EPOCH));
        Packing.pack(binary, artefact, folder.resolve("two/nats.tar.gz"));

        assertThat(folder.resolve("one/nats.tar.gz")).hasSameBinaryContentAs(folder.resolve("two/nats.tar.gz"));
        Archive.extract(folder.resolve("one/nats.tar.gz"), "nats-server", folder.resolve("taken"), 1_000);
        assertThat(folder.resolve("taken")).hasSameBinaryContentAs(binary);
        assertThat(Files.list(folder.resolve("one"))).as("nothing is left beside it").hasSize(1);
    }

    @Test
    void doesNotPackAnotherFileThanTheOneThatWasProven() throws Exception {
        Files.writeString(binary, "another program");

        assertThatThrownBy(() -> Packing.pack(binary, artefact, folder.resolve("one/nats.tar.gz")))
                .isInstanceOfSatisfying(ChangeException.class, refused -> assertThat(refused.code()).isEqualTo("staged-changed"));
        assertThat(folder.resolve("one/nats.tar.gz")).doesNotExist();
    }

    @Test
    void takesATasksArchiveOnlyWithTheProvenFileInIt() throws Exception {
        Path made = folder.resolve("made.tar.gz");
        Packing.pack(binary, artefact, made);
        Packing.take(made, "nats-server", artefact.sha256(), folder.resolve("one/nats.tar.gz"));
        assertThat(folder.resolve("one/nats.tar.gz")).hasSameBinaryContentAs(made);

        assertThatThrownBy(() -> Packing.take(made, "nats-server", "00".repeat(32), folder.resolve("two/nats.tar.gz")))
                .isInstanceOfSatisfying(ChangeException.class, refused -> assertThat(refused.code()).isEqualTo("package-differs"));
        assertThatThrownBy(() -> Packing.take(made, "other", artefact.sha256(), folder.resolve("two/nats.tar.gz")))
                .isInstanceOfSatisfying(ChangeException.class, refused -> assertThat(refused.code()).isEqualTo("archive-unexpected"));
        assertThatThrownBy(() -> Packing.take(folder.resolve("none"), "nats-server", artefact.sha256(), folder.resolve("two/nats.tar.gz")))
                .isInstanceOfSatisfying(ChangeException.class, refused -> assertThat(refused.code()).isEqualTo("package-missing"));
        assertThat(folder.resolve("two/nats.tar.gz")).doesNotExist();
    }
}
