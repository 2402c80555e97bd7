package io.waystation.update.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a version, and in which order. */
class VersionSchemeTest {
    /** The examples of semver.org, 11, and the numbers a comparison of text gets wrong. */
    private static final List<String> ASCENDING = List.of("0.9.10", "1.0.0-0", "1.0.0-1", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "v1.0.1-20240102030405-abcdef", "1.0.1", "1.2.0", "1.10.0", "2.0.0");

    @Test
    void ordersVersionsByTheirPrecedence() {
        for (int i = 0; i < ASCENDING.size(); i++) {
            for (int j = 0; j < ASCENDING.size(); j++) {
                assertThat(Integer.signum(read(ASCENDING.get(i)).compareTo(read(ASCENDING.get(j)))))
                        .as("%s and %s", ASCENDING.get(i), ASCENDING.get(j)).isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Test
    void ignoresBuildMetadataInTheOrder() {
        assertThat(read("1.0.0+linux")).isEqualByComparingTo(read("v1.0.0")).isEqualTo(read("1.0.0+a.b")).hasSameHashCodeAs(read("1.0.0"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "v1.2                         | odd-version      | v1.2 has 2 numbers where a semantic version has three",
        "v1.2.3.4                     | odd-version      | v1.2.3.4 has 4 numbers where a semantic version has three",
        "7                            | odd-version      | 7 has 1 number where a semantic version has three",
        "v01.2.3                      | odd-version      | v01.2.3 has a number with a leading zero",
        "1.2.03                       | odd-version      | 1.2.03 has a number with a leading zero",
        "1.2.3-rc.01                  | odd-version      | 1.2.3-rc.01 has something after its three numbers that is neither -prerelease nor +build",
        "1.2.3_rc1                    | odd-version      | 1.2.3_rc1 has something after its three numbers that is neither -prerelease nor +build",
        "1.2.99999999999999999999     | odd-version      | 1.2.99999999999999999999 has a number of more than 9 digits",
        "1.2.3-rc.99999999999         | odd-version      | 1.2.3-rc.99999999999 has a number of more than 9 digits",
        "1234567890123456789012345678901234567890 | odd-version | 1234567890123456789012345678901234567890 is a long number, not a version",
        "nats-v2.10.24                | odd-version      | nats-v2.10.24 does not begin with a number; does the tag pattern leave a prefix in?",
        "vv1.2.3                      | odd-version      | vv1.2.3 does not begin with a number; does the tag pattern leave a prefix in?",
        "latest                       | odd-version      | latest does not begin with a number; does the tag pattern leave a prefix in?"})
    void refusesOddVersionsAndSaysWhatIsOdd(String text, String code, String reason) {
        assertThat(VersionScheme.SEMVER.read(text)).isInstanceOfSatisfying(VersionReading.Refused.class, refused -> {
            assertThat(refused.code().code()).isEqualTo(code);
            assertThat(refused.reason()).isEqualTo(reason);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025.12", "2025.12.1", "v2025.1.0", "20250101.0.0", "20250101", "2025-12-01", "RELEASE.2024-01-02T03-04-05Z", "release-2024.01.02"})
    void refusesDatesBecauseTheyAreLargerThanAnyVersion(String text) {
        assertThat(VersionScheme.SEMVER.read(text)).isInstanceOfSatisfying(VersionReading.Refused.class,
                refused -> assertThat(refused.code()).isEqualTo(RefusalCode.CALENDAR_VERSION));
    }

    @Test
    void readsDatesWhereTheSubsystemSaysSo() {
        assertThat(List.of("2025.12.10", "2024.02", "2025-12-01", "2025.3.0", "v2025.12").stream().map(VersionSchemeTest::date).sorted().map(Version::text))
                .containsExactly("2024.02", "2025.3.0", "v2025.12", "2025-12-01", "2025.12.10");
        assertThat(VersionScheme.CALENDAR.read("1.2.3")).isInstanceOf(VersionReading.Refused.class);
        assertThat(VersionScheme.CALENDAR.read("2025.12.01.3")).isInstanceOf(VersionReading.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({"^2.10.0,v2.10.25,true", "^2.10.0,3.0.0,false", "~1.4,1.4.9,true", "~1.4,1.5.0,false", ">=2 <4 || 5.x,5.9.9,true", ">=2 <4 || 5.x,4.0.0,false",
        "1.2.3 - 1.4,1.4.7,true", "<2.0.0,2.0.0-rc.1,false", "^1.0.0,2.0.0-alpha,false", ">=1.0.0,1.1.0-rc.1,true", "^0.4.0,0.5.0,false", "'',9.9.9,true"})
    void knowsWhatARangeContains(String range, String version, boolean inside) {
        assertThat(VersionRange.of(range).contains(read(version))).isEqualTo(inside);
    }

    @Test
    void endsARegularExpressionThatBacktracksWithoutEnd() {
        TagPattern pattern = TagPattern.of("(?<version>.*a.*a.*a.*a.*a.*a)b");
        assertThatThrownBy(() -> pattern.versionIn("a".repeat(100))).isInstanceOf(TagPattern.TooSlowException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u001b[31mred", "a\nforged line", "é1.0", "a b", "\u202e1.0"})
    void showsNothingThatATerminalOrLogWouldObey(String name) {
        assertThat(RefName.printable(name)).matches("[!-~]+");
        assertThat(RefName.problem(name)).isPresent();
    }

    private static Version read(String text) {
        return ((VersionReading.Read) VersionScheme.SEMVER.read(text)).version();
    }

    private static Version date(String text) {
        return ((VersionReading.Read) VersionScheme.CALENDAR.read(text)).version();
    }
}
