package io.waystation.update.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTargetTest {
    private static final String ARCHIVE = "nats-linux-amd64.tar.gz";
    private static final SigningKey KEY = SigningKey.generate();
    @TempDir
    private Path folder;
    private FolderTarget target;
    private ReleaseFiles files;

    @BeforeEach
    void open() throws IOException {
        target = new FolderTarget(folder.resolve("public"), URI.create("https://example.com/download"), 1);
        Path archive = Files.writeString(folder.resolve(ARCHIVE), "packed");
        files = new ReleaseFiles(archive, "ab".repeat(32), Files.size(archive));
    }

    private void put(String release) {
        target.put("nats", release, files, TestReleases.signed(TestReleases.nats(1), KEY));
    }

    @Test
    void whatIsAnnouncedStaysUntilTheNextOneIs() {
        put("nats-v1");
        put("nats-v2");
        assertThat(target.find("nats", "nats-v1", ARCHIVE)).exists();

        target.deleteOld("nats", "nats-v2");

        assertThat(target.find("nats", "nats-v1", ARCHIVE)).isNull();
        assertThat(target.find("nats", "nats-v2", ARCHIVE)).exists();
    }

    @Test
    void whatCannotBeDeletedStaysAndHoldsUpNothing() throws IOException {
        put("nats-v1");
        put("nats-v2");
        put("nats-v3");
        Path inside = Files.writeString(Files.createDirectories(folder.resolve("public/nats/nats-v1/mine")).resolve("notes"), "of a person");
        Path beside = Files.writeString(folder.resolve("public/nats/index.html"), "of a web server");

        target.deleteOld("nats", "nats-v3");
        target.deleteOld("never-released", "v1");

        assertThat(inside).exists();
        assertThat(beside).exists();
        assertThat(folder.resolve("public/nats/nats-v2")).doesNotExist();
        assertThat(target.find("nats", "nats-v3", ARCHIVE)).exists();
    }
}
