package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.store.StartupException;

/** Where groups without a position start while a hub takes events in and is still starting. */
class NewcomersTest {
    @TempDir
    private Path folder;
    private Newcomers newcomers;

    @BeforeEach
    void open() {
        newcomers = new Newcomers(folder);
    }

    @Test
    void theyStartWhereTheHubBegan() throws IOException {
        newcomers.hold(7);

        assertThat(newcomers.start()).hasValue(7);
        assertThat(newcomers.tail()).hasValue(7);
        newcomers.release();
        assertThat(newcomers.start()).isEmpty();
        assertThat(newcomers.tail()).isEmpty();
    }

    @Test
    void aHubThatEndedTooEarlyLeavesTheStartToGroupsAndNotToThoseWhoKeepNoPosition() throws IOException {
        newcomers.hold(7);

        Newcomers next = new Newcomers(folder);
        next.hold(12);
        assertThat(next.start()).hasValue(7);
        assertThat(next.tail()).hasValue(12);
        next.release();
        next.hold(20);
        assertThat(next.start()).as("after a start that was whole").hasValue(20);
    }

    @Test
    void aStartThatCannotBeReadStaysWhereItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("newcomers"), "damaged");

        assertThatThrownBy(() -> newcomers.hold(7)).isInstanceOf(StartupException.class).hasMessageContaining(file.toString());
        newcomers.release();
        assertThat(file).hasContent("damaged");
    }
}
