package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path temp;

    @Test
    void createsTheFolderForItsOwnerOnly() throws IOException {
        try (DataFolder folder = DataFolder.open(temp.resolve("data"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.root())))
                    .isEqualTo("rwx------");
            assertThat(folder.root().resolve("format")).hasContent("1");
            assertThat(folder.log()).isDirectory();
        }
    }

    @Test
    void refusesASecondOwner() {
        try (DataFolder first = DataFolder.open(temp.resolve("data"))) {
            assertRefused("data-folder-in-use", first.root());
        }
        DataFolder.open(temp.resolve("data")).close();
    }

    @Test
    void refusesANewerFormat() throws IOException {
        Path root = temp.resolve("data");
        DataFolder.open(root).close();
        Files.writeString(root.resolve("format"), "2\n");

        assertRefused("data-format-newer", root);
    }

    @Test
    void migratesAFolderWithoutAFormat() throws IOException {
        Path root = Files.createDirectories(temp.resolve("data"));

        DataFolder.open(root).close();

        assertThat(root.resolve("format")).hasContent("1");
    }

    @Test
    void beginsANewLogWhereItsFolderIsGone() throws IOException {
        Path root = temp.resolve("data");
        DataFolder.open(root).close();
        Files.delete(root.resolve("log"));

        DataFolder.open(root).close();

        assertThat(root.resolve("log")).isEmptyDirectory();
    }

    @Test
    void saysWhenTheFolderCannotBeWritten() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "in the way");

        assertRefused("data-folder-unwritable", file.resolve("data"));
        assertRefused("data-folder-unwritable", file);
    }

    private static void assertRefused(String code, Path root) {
        assertThatThrownBy(() -> DataFolder.open(root)).isInstanceOfSatisfying(StartupException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageContaining(root.toString());
        });
    }
}
