package io.waystation.ingest;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Quota;
import io.waystation.ingest.SourceSettings.Answer;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;

/** Builds sources: for routes that name one, for channels, and for all open channels together. */
final class SourceFactory {
    private final IngestSettings settings;
    private final Clock clock;
    private final MeterRegistry meters;

    /** Builds with these settings. */
    SourceFactory(IngestSettings settings, Clock clock, MeterRegistry meters) {
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
    }

    /** A source of a route. */
    Source of(SourceSettings source) {
        return of("source " + source.name(), "cannot start", source);
    }

    private Source of(String called, String verdict, SourceSettings source) {
        try {
            return new Source(source, meters);
        } catch (IllegalArgumentException contradiction) {
            throw new InvalidSettingException(called, verdict + ": " + contradiction.getMessage());
        }
    }

    /** The source of posts to a channel somebody defined. */
    Source ofChannel(ChannelPolicy policy) {
        Provider named = provider("channel " + policy.name(), policy.provider());
        Provider provider = policy.secrets().isEmpty() ? Provider.NONE : named;
        return of("channel " + policy.name(), "cannot be defined so", new SourceSettings(
                policy.name(), policy.name(), provider, provider, scheme(policy.secrets(), settings.window()),
                Quota.UNLIMITED, List.of(), provider.successStatus(), Answer.GOSMEE, policy.keepCredentials()));
    }

    /** The source of posts to every channel nobody defined. */
    Source ofOpenChannels() {
        return of(new SourceSettings(
                "open channels", "", Provider.NONE, Provider.NONE, scheme(List.of(), null), Quota.UNLIMITED,
                List.of(), Provider.NONE.successStatus(), Answer.GOSMEE, false));
    }

    /** Scheme settings with these secrets and the hub's defaults. */
    SchemeSettings scheme(List<Secret> secrets, Duration window) {
        SchemeSettings usual = SchemeSettings.of(secrets, window == null ? settings.window() : window, clock);
        return new SchemeSettings(
                usual.secrets(), usual.window(), clock, settings.legacySha1(), usual.header(), usual.prefix(),
                usual.algorithm(), usual.encoding());
    }

    /** Whether secrets may be written out. */
    boolean literalSecrets() {
        return settings.literalSecrets();
    }

    /** Provider of a name. */
    static Provider provider(String key, String name) {
        return Provider.of(name).orElseThrow(() -> new InvalidSettingException(
                key, "has the unknown provider '" + name + "'; known are " + Provider.names()));
    }
}
