package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyFileTest {
    @TempDir
    private Path folder;

    @Test
    void onlyTheOwnerReadsItAndNothingElseIsLeft() throws Exception {
        Path file = folder.resolve("key");

        OwnerOnlyFile.create(file, "one");
        OwnerOnlyFile.replace(file, "two");

        assertThat(file).hasContent("two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file)).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void touchesNoFileBesideIt() throws Exception {
        Path other = Files.writeString(folder.resolve("key.new"), "another key");

        OwnerOnlyFile.create(folder.resolve("key"), "mine");
        OwnerOnlyFile.replace(folder.resolve("key"), "mine again");

        assertThat(other).hasContent("another key");
    }

    @Test
    void makesNoneWhereThereIsOne() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), "mine");

        assertThatThrownBy(() -> OwnerOnlyFile.create(file, "another")).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasContent("mine");
    }
}
