package io.waystation.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayeredSettingsTest {
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> commandLine = new LinkedHashMap<>();

    private Properties merge() {
        return LayeredSettings.merge(Optional.empty(), Optional.empty(), environment, new Properties(), commandLine);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(this::merge).isInstanceOf(InvalidSettingException.class).message().contains(words).doesNotContain("\n");
    }

    @Test
    void everyDeclaredSettingIsAnEnvironmentVariable() {
        LayeredSettings.declared().stringPropertyNames().forEach(key -> environment.put(LayeredSettings.variable(key), "of " + key));

        Properties merged = merge();

        assertThat(merged).hasSameSizeAs(LayeredSettings.declared())
                .allSatisfy((key, value) -> assertThat(value).isEqualTo("of " + key));
    }

    @ParameterizedTest
    @CsvSource({"CI_SECRETS, ci.secrets", "CI_OPEN, ci.open", "CI_OPEN_READERS, ci.open-readers", "MY_CHANNEL_READERS, my-channel.readers",
        "MY_CHANNEL_EVENTS_PER_SECOND, my-channel.events-per-second", "A_B_C_KEEP_CREDENTIALS, a-b-c.keep-credentials",
        "OPEN_READERS, open.readers", "RESERVED_RETENTION, reserved.retention", "2_BURST, 2.burst"})
    void everyRuleOfAChannelIsAnEnvironmentVariable(String variable, String key) {
        environment.put("WAYSTATION_CHANNELS_" + variable, "value");

        assertThat(merge()).containsEntry("waystation.channels." + key, "value").hasSize(LayeredSettings.declared().size() + 1);
    }

    @ParameterizedTest
    @CsvSource({"My_Channel", "my_channel", "MYchannel", "my-channel"})
    void aVariableSetsARuleOfTheChannelThatAnotherLayerNames(String channel) {
        commandLine.put("waystation.channels." + channel + ".open", "true");
        environment.put("WAYSTATION_CHANNELS_" + channel.toUpperCase().replace('-', '_') + "_RETENTION", "7d");

        assertThat(merge()).containsEntry("waystation.channels." + channel + ".retention", "7d");
    }

    @Test
    void aSystemPropertyWinsOverAVariableAndAFileAlsoForKeysOfOnesOwn(@TempDir Path home) throws IOException {
        Files.writeString(home.resolve("application.properties"), "acme.secrets=of the file\nacme.other=of the file\n");
        environment.put("ACME_SECRETS", "of the environment");
        Properties system = new Properties();
        system.setProperty("acme.secrets", "of the system");
        system.setProperty("nobody.asked", "for this");

        assertThat(LayeredSettings.merge(Optional.empty(), Optional.of(home), environment, system, commandLine))
                .containsEntry("acme.secrets", "of the system").containsEntry("acme.other", "of the file").doesNotContainKey("nobody.asked");
    }

    @Test
    void aLaterLayerWinsOverAVariable() {
        environment.put("WAYSTATION_CHANNELS_CI_RETENTION", "7d");
        commandLine.put("waystation.channels.ci.retention", "1d");

        assertThat(merge()).containsEntry("waystation.channels.ci.retention", "1d");
    }

    @Test
    void aVariableThatMayMeanTwoChannelsIsRefused() {
        commandLine.put("waystation.channels.my-channel.open", "true");
        commandLine.put("waystation.channels.my_channel.open", "true");
        environment.put("WAYSTATION_CHANNELS_MY_CHANNEL_RETENTION", "7d");

        assertRefused("WAYSTATION_CHANNELS_MY_CHANNEL_RETENTION",
                "waystation.channels.my-channel.retention or waystation.channels.my_channel.retention");
    }

    @Test
    void aVariableThatMayMeanTwoRulesIsRefusedWhenThereAreBothChannels() {
        environment.put("WAYSTATION_CHANNELS_CI_SECRETS", "env:A");
        environment.put("WAYSTATION_CHANNELS_CI_OPEN_SECRETS", "env:B");
        environment.put("WAYSTATION_CHANNELS_CI_OPEN_READERS", "env:C");

        assertRefused("waystation.channels.ci-open.readers or waystation.channels.ci.open-readers");
    }

    @Test
    void aVariableThatMayMeanTwoRulesIsThatOfTheChannelThereIs() {
        commandLine.put("waystation.channels.ci-open.open", "true");
        environment.put("WAYSTATION_CHANNELS_CI_OPEN_READERS", "env:C");

        assertThat(merge()).containsEntry("waystation.channels.ci-open.readers", "env:C");
    }

    @Test
    void aVariableOfAllChannelsIsRefusedWhenItMayMeanOne() {
        environment.put("WAYSTATION_CHANNELS_OPEN_BURST", "5");
        assertThat(merge()).containsEntry("waystation.channels.open-burst", "5");
        commandLine.put("waystation.channels.open.secrets", "env:A");

        assertRefused("waystation.channels.open-burst or waystation.channels.open.burst");
    }

    @Test
    void aVariableThatIsNoSettingIsRefusedUnlessASettingOfAnyLayerNamesItAsASecret() {
        environment.put("WAYSTATION_CI_HOOK", "s3cret");
        assertRefused("environment variable WAYSTATION_CI_HOOK is not a setting");

        commandLine.put("waystation.channels.ci.secrets", "file:/run/secrets/ci, env:WAYSTATION_CI_HOOK");
        assertThat(merge()).containsEntry("waystation.channels.ci.secrets", "file:/run/secrets/ci, env:WAYSTATION_CI_HOOK");

        commandLine.clear();
        environment.put("WAYSTATION_CHANNELS_CI_SECRETS", "env:WAYSTATION_CI_HOOK");
        assertThat(merge()).containsEntry("waystation.channels.ci.secrets", "env:WAYSTATION_CI_HOOK");
    }

    @Test
    void aRuleThatNoChannelHasIsNoVariable() {
        environment.put("WAYSTATION_CHANNELS_CI_SECRET", "env:A");

        assertRefused("WAYSTATION_CHANNELS_CI_SECRET");
    }
}
