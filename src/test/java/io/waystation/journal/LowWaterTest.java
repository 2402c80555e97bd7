package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LowWaterTest {
    @TempDir
    Path folder;

    @Test
    void aFileOfAnEarlierHubMakesNoChannelLoseWhatItDidNot() throws Exception {
        Files.writeString(folder.resolve("low-water"), "0 *\n5 ci\n");

        LowWater marks = LowWater.in(folder, 9);

        assertThat(marks.of("ci")).isEqualTo(5);
        assertThat(marks.of("other")).isZero();
    }

    @Test
    void keepsTheMarksOfChannelsWhateverTheirNames() throws Exception {
        LowWater marks = LowWater.in(folder, 1);
        for (String name : new String[] {"*", "*oldest", "a b", "ü\n"}) {
            marks.raise(name, 4);
        }
        marks.save(3);

        LowWater again = LowWater.in(folder, 3);

        for (String name : new String[] {"*", "*oldest", "a b", "ü\n"}) {
            assertThat(again.of(name)).as(name).isEqualTo(4);
        }
        assertThat(again.of("other")).isZero();
    }

    @Test
    void everyChannelMayHaveLostWhatTheLogLostWithoutAMark() throws Exception {
        LowWater marks = LowWater.in(folder, 1);
        marks.raise("ci", 2);
        marks.save(3);

        LowWater again = LowWater.in(folder, 7);

        assertThat(again.of("ci")).isEqualTo(6);
        assertThat(again.of("other")).isEqualTo(6);
    }
}
