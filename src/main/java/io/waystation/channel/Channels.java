package io.waystation.channel;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Every channel and its policy: those defined in settings, those defined by API, and, where they are
 * allowed, open ones nobody defined.
 *
 * <p>Thread-safe. Looking a policy up never blocks and may be done on an event loop.
 */
public final class Channels {
    private final ChannelSettings settings;
    private final Map<String, ChannelPolicy> defined = new ConcurrentHashMap<>();

    /** Channels as the settings define them. */
    public Channels(ChannelSettings settings) {
        this.settings = settings;
        defined.putAll(settings.defined());
    }

    /** Whether the text can be a channel at all: well formed and not reserved. */
    public boolean isUsable(String name) {
        return settings.isUsable(name);
    }

    /** What holds for the channel; empty when the name is unusable, or nobody defined it and open channels are off. */
    public Optional<ChannelPolicy> policy(String name) {
        ChannelPolicy policy = name == null ? null : defined.get(name);
        if (policy != null) {
            return Optional.of(policy);
        }
        return settings.open() && isUsable(name) ? Optional.of(anonymous(name)) : Optional.empty();
    }

    private ChannelPolicy anonymous(String name) {
        return new ChannelPolicy(
                name, ChannelPolicy.Origin.ANONYMOUS, ChannelPolicy.ANY_PROVIDER, List.of(), List.of(), null,
                settings.response(), settings.openQuota(), false);
    }

    /** Whether anybody may start a channel just by using its name. */
    public boolean allowsOpenChannels() {
        return settings.open();
    }

    /** Every channel somebody defined, by name. */
    public Stream<ChannelPolicy> defined() {
        return defined.values().stream().sorted(Comparator.comparing(ChannelPolicy::name));
    }
}
