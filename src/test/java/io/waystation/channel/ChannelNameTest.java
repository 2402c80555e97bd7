package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "-", "_", "0", "AZaz09-_", "IXQk7bRjAO0L3KpT"})
    void acceptsLettersDigitsHyphensAndUnderscores(String name) {
        assertThat(ChannelName.isWellFormed(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a b", "a/b", "a.b", "ä", "a%20", "a\n", "{{x}}"})
    void refusesEverythingElse(String name) {
        assertThat(ChannelName.isWellFormed(name)).isFalse();
    }

    @Test
    void isAtMost128CharactersLong() {
        assertThat(ChannelName.isWellFormed("a".repeat(128))).isTrue();
        assertThat(ChannelName.isWellFormed("a".repeat(129))).isFalse();
        assertThat(ChannelName.isWellFormed(null)).isFalse();
    }

    @Test
    void makesUnguessableNamesOf16Characters() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            names.add(ChannelName.random());
        }

        assertThat(names).hasSize(1_000).allMatch(ChannelName::isWellFormed).allMatch(name -> name.length() == 16);
    }
}
