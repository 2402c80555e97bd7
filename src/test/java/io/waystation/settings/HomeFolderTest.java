package io.waystation.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HomeFolderTest {
    private final String userHome = System.getProperty("user.home");

    @TempDir
    private Path folder;

    @AfterEach
    void putBack() {
        System.setProperty("user.home", userHome);
    }

    @Test
    void isWhereTheShellSaysAndNotWhereTheUserDatabaseSays() {
        System.setProperty("user.home", folder.toString());

        assertThat(HomeFolder.of(Map.of("HOME", "/elsewhere"))).contains(Path.of("/elsewhere"));
        assertThat(HomeFolder.of(Map.of())).contains(folder);
        assertThat(HomeFolder.state(Map.of("HOME", "/elsewhere"))).contains(Path.of("/elsewhere/.local/state"));
        assertThat(HomeFolder.state(Map.of("HOME", "/elsewhere", "XDG_STATE_HOME", "/state"))).contains(Path.of("/state"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "", "/nowhere/at/all"})
    void isNoneForAUserNobodyKnows(String unknown) {
        System.setProperty("user.home", unknown);

        assertThat(HomeFolder.of(Map.of("HOME", ""))).isEmpty();
        assertThat(HomeFolder.state(Map.of("XDG_STATE_HOME", "relative"))).isEmpty();
    }
}
