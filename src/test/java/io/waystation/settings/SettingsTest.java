package io.waystation.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String KEY = "waystation.x";

    @ParameterizedTest
    @CsvSource({"0,PT0S", "0s,PT0S", "500ms,PT0.5S", "30s,PT30S", "5m,PT5M", "12h,PT12H", "7d,P7D", "1h30m,PT1H30M",
        "1d 2h 3m 4s 5ms,PT26H3M4.005S"})
    void readsDurations(String text, Duration expected) {
        assertThat(Settings.of(Map.of(KEY, text)).duration(KEY)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "s", "ms", "d", "-1s", "-1", "1", "250", "00", "1.5h", "5 minutes", "5mm", "30s5m", "1x", "999999999999999999999",
        "99999999999999999999d", "∞", "٣s"})
    void refusesWhatIsNoDurationByTheNameOfTheKey(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of(KEY, text)).duration(KEY))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("waystation.x must be a duration with its unit (ms, s, m, h, d), such as 30s, 5m or 7d, not '" + text + "'")
                .satisfies(refused -> assertThat(((InvalidSettingException) refused).code()).isEqualTo("setting-invalid"));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "12B,12", "64KiB,65536", "25 MiB,26214400", "1GiB,1073741824"})
    void readsSizes(String text, long expected) {
        assertThat(Settings.of(Map.of(KEY, text)).bytes(KEY)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,0B", "1,1B", "1000,1000B", "1024,1KiB", "524288000,500MiB", "2147483648,2GiB", "1025,1025B"})
    void writesSizesAsTheyAreRead(long bytes, String text) {
        assertThat(Settings.size(bytes)).isEqualTo(text);
        assertThat(Settings.of(Map.of(KEY, text)).bytes(KEY)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"much", "1", "20", "00", "1.5GiB", "-1", "1TB", "99999999999GiB", "99999999999999999999"})
    void refusesWhatIsNoSizeByTheNameOfTheKey(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of(KEY, text)).bytes(KEY))
                .isInstanceOf(InvalidSettingException.class).hasMessageStartingWith("waystation.x must be ").hasMessageEndingWith("'" + text + "'");
    }

    @Test
    void refusesWhatIsLessThanTheLeastByTheNameOfTheKey() {
        Settings settings = Settings.of(Map.of(KEY, "999ms", "waystation.y", "1023KiB", "waystation.z", "1s", "waystation.size", "1MiB"));

        assertThatThrownBy(() -> settings.duration(KEY, Duration.ofSeconds(1))).isInstanceOf(InvalidSettingException.class)
                .hasMessage("waystation.x must be at least 1s, not '999ms'");
        assertThatThrownBy(() -> settings.bytes("waystation.y", 1)).isInstanceOf(InvalidSettingException.class)
                .hasMessage("waystation.y must be at least 1MiB, not '1023KiB'");
        assertThat(settings.duration("waystation.z", Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.bytes("waystation.size", 1)).isEqualTo(1 << 20);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "20,20", "0.5,0.5", "1000,1000"})
    void readsNumbersWithAFraction(String text, double expected) {
        assertThat(Settings.of(Map.of(KEY, text)).decimal(KEY, 1000)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1000.5", "NaN", "Infinity", "1e3", "1,5", ".5", "many", "0x1"})
    void refusesWhatIsNoSuchNumberByTheNameOfTheKey(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of(KEY, text)).decimal(KEY, 1000)).isInstanceOf(InvalidSettingException.class)
                .hasMessage("waystation.x must be a number such as 20 or 0.5, at most 1000, not '" + text + "'");
    }

    @Test
    void refusesAMissingOne() {
        assertThatThrownBy(() -> Settings.of(Map.of()).duration(KEY)).isInstanceOf(InvalidSettingException.class).hasMessage("waystation.x is not set");
    }
}
