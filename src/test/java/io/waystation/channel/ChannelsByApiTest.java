package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.settings.Secret;
import io.waystation.store.Store;

class ChannelsByApiTest {
    @TempDir
    Path data;

    @Test
    void keepsAChannelOverARestartWithItsSecretsSealed() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            Channels channels = hub.bean("channels", Channels.class);
            assertThat(channels.policy("ci").orElseThrow().origin()).isEqualTo(ChannelPolicy.Origin.ANONYMOUS);

            channels.define(channels.draft("ci").withSenders("github", List.of(Secret.of("one"), Secret.of("t,w\no")), false)
                    .withReaders(List.of(Secret.of("reader")), false).withRetention(Duration.ofHours(3))
                    .withResponse(ResponsePolicy.OK).withQuota(new Quota(2.5, 7, 1L << 40, 9)).withCredentialsKept(true));

            assertThat(channels.policy("ci").orElseThrow().isOpen()).isFalse();
            String row = hub.bean("store", Store.class).read(
                    handle -> handle.createQuery("SELECT secrets FROM channel").mapTo(String.class).one());
            assertThat(row).startsWith("v1.").doesNotContain("one");
        }
        try (HubFixture hub = HubFixture.start(data)) {
            Channels channels = hub.bean("channels", Channels.class);

            assertThat(channels.policy("ci")).contains(new ChannelPolicy(
                    "ci", ChannelPolicy.Origin.API, "github", List.of(Secret.of("one"), Secret.of("t,w\no")),
                    List.of(Secret.of("reader")), Set.of(), Duration.ofHours(3), ResponsePolicy.OK, new Quota(2.5, 7, 1L << 40, 9), true));
            assertThat(channels.remove("ci")).isTrue();
            assertThat(channels.remove("ci")).isFalse();
            assertThat(channels.defined()).extracting(ChannelPolicy::origin).as("but what the hub keeps closed").containsOnly(ChannelPolicy.Origin.SOURCE);
        }
    }

    @Test
    void keepsWhatAnybodyMayDoOverARestart() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            Channels channels = hub.bean("channels", Channels.class);
            channels.define(channels.draft("inbox").withSenders("auto", List.of(), true));
            channels.define(channels.draft("news").withReaders(List.of(), true));
        }
        try (HubFixture hub = HubFixture.start(data)) {
            Channels channels = hub.bean("channels", Channels.class);

            assertThat(channels.policy("inbox").orElseThrow().anybody()).containsExactly(ChannelPolicy.Use.POST);
            assertThat(channels.policy("news").orElseThrow().anybody()).containsExactly(ChannelPolicy.Use.READ);
        }
    }

    @Test
    void refusesWhatCannotWork() throws Exception {
        try (HubFixture hub = HubFixture.start(data,
                "waystation.channels.fixed.open", "true", "waystation.secrets.literal", "true")) {
            Channels channels = hub.bean("channels", Channels.class);

            assertRefused(() -> channels.define(channels.draft("fixed")), ChannelRefusedException.DEFINED_IN_SETTINGS);
            assertRefused(() -> channels.remove("fixed"), ChannelRefusedException.DEFINED_IN_SETTINGS);
            assertRefused(() -> channels.define(channels.draft("events")), ChannelRefusedException.UNUSABLE_NAME);
            assertRefused(() -> channels.define(channels.draft("a").withSenders("githbu", List.of(Secret.of("x")), false)),
                    ChannelRefusedException.INVALID);
            assertRefused(() -> channels.define(channels.draft("a").withSenders("standard-webhooks", List.of(Secret.of("x")), false)),
                    ChannelRefusedException.INVALID);
            assertThat(channels.defined()).filteredOn(policy -> policy.origin() != ChannelPolicy.Origin.SOURCE)
                    .extracting(ChannelPolicy::name).containsExactly("fixed");
        }
    }

    @Test
    void stopsTheStartWhenAChannelOfTheSettingsCannotWork() {
        assertThatThrownBy(() -> HubFixture.start(data, "waystation.secrets.literal", "true",
                "waystation.channels.ci.secrets", "literal:x", "waystation.channels.ci.provider", "githbu"))
                .hasStackTraceContaining("unknown provider 'githbu'");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                ChannelRefusedException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
