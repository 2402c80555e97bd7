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
    @CsvSource({"0,PT0S", "250,PT0.25S", "500ms,PT0.5S", "30s,PT30S", "5m,PT5M", "12h,PT12H", "7d,P7D", "1h30m,PT1H30M",
        "1d 2h 3m 4s 5ms,PT26H3M4.005S"})
    void readsDurations(String text, Duration expected) {
        assertThat(Settings.of(Map.of(KEY, text)).duration(KEY)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "s", "ms", "d", "-1s", "-1", "1.5h", "5 minutes", "5mm", "30s5m", "1x", "999999999999999999999",
        "99999999999999999999d", "∞", "٣s"})
    void refusesWhatIsNoDurationByTheNameOfTheKey(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of(KEY, text)).duration(KEY))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("waystation.x must be a duration such as 30s, 5m or 7d, not '" + text + "'")
                .satisfies(refused -> assertThat(((InvalidSettingException) refused).code()).isEqualTo("setting-invalid"));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "12,12", "64KiB,65536", "25 MiB,26214400", "1GiB,1073741824"})
    void readsSizes(String text, long expected) {
        assertThat(Settings.of(Map.of(KEY, text)).bytes(KEY)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"much", "1.5GiB", "-1", "1TB", "99999999999GiB", "99999999999999999999"})
    void refusesWhatIsNoSizeByTheNameOfTheKey(String text) {
        assertThatThrownBy(() -> Settings.of(Map.of(KEY, text)).bytes(KEY))
                .isInstanceOf(InvalidSettingException.class).hasMessageStartingWith("waystation.x must be ").hasMessageEndingWith("'" + text + "'");
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
