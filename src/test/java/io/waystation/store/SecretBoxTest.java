package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private static final String OLD = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String NEW = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    @TempDir
    Path temp;

    @Test
    void opensWhatItSealedForTheSamePlaceOnly() {
        SecretBox box = SecretBox.of("test", NEW);
        String sealed = box.seal("s3cret", "channel:a");

        assertThat(sealed).doesNotContain("s3cret").isNotEqualTo(box.seal("s3cret", "channel:a"));
        assertThat(box.open(sealed, "channel:a")).isEqualTo("s3cret");
        assertThatThrownBy(() -> box.open(sealed, "channel:b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> box.open(sealed.substring(0, sealed.length() - 2) + "AA", "channel:a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void opensWithOlderKeysAndSealsWithTheFirst() {
        String sealed = SecretBox.of("test", OLD).seal("s3cret", "x");
        SecretBox rotated = SecretBox.of("test", NEW + "\n" + OLD);

        assertThat(rotated.open(sealed, "x")).isEqualTo("s3cret");
        assertThatThrownBy(() -> SecretBox.of("test", OLD).open(rotated.seal("s3cret", "x"), "x"))
                .hasMessageContaining("not configured");
    }

    @Test
    void makesAKeyOnceWhenNoneIsConfigured() throws IOException {
        try (DataFolder folder = DataFolder.open(temp.resolve("data"))) {
            Settings none = Settings.of(Map.of());
            String sealed = SecretBox.open(none, null, folder).seal("s3cret", "x");

            assertThat(SecretBox.open(none, null, folder).open(sealed, "x")).isEqualTo("s3cret");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.secretKey()))).isEqualTo("rw-------");
            assertThat(SecretBox.open(none, NEW, folder).toString()).isEqualTo(SecretBox.of("test", NEW).toString());
        }
    }

    @Test
    void refusesAKeyOfTheWrongLengthWithoutRepeatingIt() {
        assertThatThrownBy(() -> SecretBox.of("WAYSTATION_SECRET_KEY", "c2hvcnQ="))
                .isInstanceOf(InvalidSettingException.class).hasMessageNotContaining("c2hvcnQ=");
    }
}
