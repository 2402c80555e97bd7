package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;

class ChannelsTest {
    private static final String CI = "waystation.channels.ci.";

    @Test
    void letsAnybodyUseAnUndefinedChannelWithinTightQuotas() {
        Channels channels = new Channels(TestChannelSettings.with());

        ChannelPolicy policy = channels.policy("IXQk7bRjAO0L3KpT").orElseThrow();

        assertThat(policy.origin()).isEqualTo(ChannelPolicy.Origin.ANONYMOUS);
        assertThat(policy.isOpen()).isTrue();
        assertThat(policy.mayRead(null)).isTrue();
        assertThat(policy.quota()).isEqualTo(new Quota(50, 500, 1L << 30, 100));
    }

    @Test
    void knowsOnlyDefinedChannelsWhenOpenOnesAreSwitchedOff() {
        Channels channels = new Channels(TestChannelSettings.with(
                "waystation.channels.open", "false", CI + "secrets", "literal:s3cret"));

        assertThat(channels.policy("other")).isEmpty();
        assertThat(channels.policy("ci")).isPresent();
        assertThat(channels.defined()).extracting(ChannelPolicy::name).containsExactly("ci");
    }

    @ParameterizedTest
    @ValueSource(strings = {"events", "new", "webhook", "api", "Console", "V1", "health", "q", "mine", "a.b", ""})
    void neverTurnsAnAddressOfTheHubIntoAChannel(String name) {
        Channels channels = new Channels(TestChannelSettings.with("waystation.channels.reserved", "mine, Yours"));

        assertThat(channels.policy(name)).isEmpty();
        assertThat(channels.isUsable(name)).isFalse();
    }

    @Test
    void readsEveryAttributeOfAChannelFromSettings() {
        Channels channels = new Channels(TestChannelSettings.with(
                CI + "secrets", "literal:one, literal:two",
                CI + "provider", "github",
                CI + "readers", "literal:reader",
                CI + "retention", "2h",
                CI + "response", "503-when-nobody-listens",
                CI + "events-per-second", "5",
                CI + "bytes-per-day", "1MiB",
                CI + "subscribers", "3",
                CI + "keep-credentials", "true"));

        ChannelPolicy policy = channels.policy("ci").orElseThrow();

        assertThat(policy.secrets()).containsExactly(Secret.of("one"), Secret.of("two"));
        assertThat(policy.isOpen()).isFalse();
        assertThat(policy.provider()).isEqualTo("github");
        assertThat(policy.mayRead("reader")).isTrue();
        assertThat(policy.mayRead("other")).isFalse();
        assertThat(policy.mayRead(null)).isFalse();
        assertThat(policy.shorterRetention()).contains(Duration.ofHours(2));
        assertThat(policy.response()).isEqualTo(ResponsePolicy.UNAVAILABLE_WHEN_NOBODY_LISTENS);
        assertThat(policy.quota()).isEqualTo(new Quota(5, 10, 1 << 20, 3));
        assertThat(policy.keepCredentials()).isTrue();
        assertThat(policy.toString()).doesNotContain("one").doesNotContain("reader\"");
    }

    @Test
    void closesADefinedChannelToAllThatItDoesNotName() {
        Channels channels = new Channels(TestChannelSettings.with(CI + "retention", "7d"));

        for (ChannelPolicy policy : List.of(channels.policy("ci").orElseThrow(), channels.draft("by-api"))) {
            assertThat(policy.isOpen()).isFalse();
            assertThat(policy.isForSourcesOnly()).isTrue();
            assertThat(policy.mayRead(null)).isFalse();
            assertThat(policy.mayRead("guess")).isFalse();
        }
    }

    @Test
    void opensADefinedChannelToSendersAndToReadersApart() {
        ChannelPolicy inbox = new Channels(TestChannelSettings.with(CI + "open", "true")).policy("ci").orElseThrow();
        ChannelPolicy news = new Channels(TestChannelSettings.with(CI + "secrets", "literal:x", CI + "open-readers", "true"))
                .policy("ci").orElseThrow();

        assertThat(inbox.isOpen()).isTrue();
        assertThat(inbox.mayRead(null)).isFalse();
        assertThat(news.isOpen()).isFalse();
        assertThat(news.mayRead(null)).isTrue();
    }

    @Test
    void refusesAChannelThatIsBothOpenAndClosed() {
        assertThatThrownBy(() -> TestChannelSettings.with(CI + "open", "true", CI + "secrets", "literal:x"))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("contradicts " + CI + "secrets");
        assertThatThrownBy(() -> TestChannelSettings.with(CI + "open-readers", "true", CI + "readers", "literal:x"))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("contradicts " + CI + "readers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"literal:", "env:WAYSTATION_TEST_NOT_SET", "file:/does/not/exist", "plain"})
    void refusesASecretThatIsEmptyMissingOrWrittenOut(String reference) {
        assertThatThrownBy(() -> TestChannelSettings.with(CI + "secrets", reference))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining(CI + "secrets");
    }

    @Test
    void refusesUnknownAttributesAndReservedNames() {
        assertThatThrownBy(() -> TestChannelSettings.with(CI + "secret", "env:X"))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("is unknown");
        assertThatThrownBy(() -> TestChannelSettings.with("waystation.channels.events.open", "true"))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("reserved");
    }
}
