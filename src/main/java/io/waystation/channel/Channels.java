package io.waystation.channel;

import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.waystation.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every channel and its policy: those defined in settings, those defined by API, those that sources name, and,
 * where they are allowed, open ones nobody defined. What was private stays closed when its definition or its source is gone,
 * over restarts too, because its events may still be in the log.
 *
 * <p>Thread-safe. Looking a policy up never blocks and may be done on an event loop; defining and removing
 * channels waits for the disk and may not.
 */
public final class Channels {
    private static final Logger LOG = LoggerFactory.getLogger(Channels.class);

    private final ChannelSettings settings;
    private final Optional<ChannelRows> rows;
    private final Clock clock;
    private final Map<String, ChannelPolicy> defined = new ConcurrentHashMap<>();
    private final Map<String, ChannelPolicy> ofSources = new ConcurrentHashMap<>();
    private final Map<String, ChannelPolicy> closed = new ConcurrentHashMap<>();
    private final List<Consumer<ChannelPolicy>> checks = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> readersChanged = new CopyOnWriteArrayList<>();

    /** Channels as the settings define them, and none by API. */
    public Channels(ChannelSettings settings) {
        this(settings, Optional.empty(), Clock.systemUTC());
    }

    /** Channels of settings and rows; where both name one, the settings win. */
    Channels(ChannelSettings settings, Optional<ChannelRows> rows, Clock clock) {
        this.settings = settings;
        this.rows = rows;
        this.clock = clock;
        rows.ifPresent(stored -> stored.all().forEach(policy -> defined.put(policy.name(), policy)));
        defined.putAll(settings.defined());
        rows.ifPresent(stored -> stored.closed().forEach(name -> closed.put(name, ofSource(name))));
        defined.values().forEach(this::keepClosed);
    }

    /** Whether the text can be a channel at all: well formed and not reserved. */
    public boolean isUsable(String name) {
        return settings.isUsable(name);
    }

    /** What holds for the channel; empty when the name is unusable, or nobody defined it and open channels are off. */
    public Optional<ChannelPolicy> policy(String name) {
        ChannelPolicy policy = name == null ? null : defined.getOrDefault(name, ofSources.getOrDefault(name, closed.get(name)));
        if (policy != null) {
            return Optional.of(policy);
        }
        return settings.open() && isUsable(name) ? Optional.of(anonymous(name)) : Optional.empty();
    }

    /**
     * Takes a channel for a source. Unless somebody defines it otherwise, only sources post to it and reading it needs
     * a token. It may have a name that is no address of a channel, and it stays closed when the source is gone.
     */
    public void reserveForSource(String name) {
        keepClosed(ofSources.computeIfAbsent(name, this::ofSource));
    }

    private ChannelPolicy ofSource(String name) {
        return new ChannelPolicy(
                name, ChannelPolicy.Origin.SOURCE, ChannelPolicy.ANY_PROVIDER, List.of(), List.of(),
                Set.of(), null, settings.response(), settings.definedQuota(), false);
    }

    private void keepClosed(ChannelPolicy policy) {
        String name = policy.name();
        if (!policy.isOpenToReaders() && isUsable(name) && closed.putIfAbsent(name, ofSource(name)) == null) {
            try {
                rows.ifPresent(stored -> stored.close(name));
            } catch (StoreException unwritable) { // as on a full disk, on which the hub must start
                LOG.warn("That channel {} is private could not be kept: define it again should it lose its definition", name, unwritable);
            }
        }
    }

    private ChannelPolicy anonymous(String name) {
        return new ChannelPolicy(
                name, ChannelPolicy.Origin.ANONYMOUS, ChannelPolicy.ANY_PROVIDER, List.of(), List.of(),
                Set.of(ChannelPolicy.Use.POST, ChannelPolicy.Use.READ), null, settings.response(), settings.openQuota(), false);
    }

    /** Whether anybody may start a channel just by using its name. */
    public boolean allowsOpenChannels() {
        return settings.open();
    }

    /** Every channel somebody defined or a source names, by name. */
    public Stream<ChannelPolicy> defined() {
        return Stream.concat(
                defined.values().stream(),
                ofSources.values().stream().filter(policy -> !defined.containsKey(policy.name()))).sorted(Comparator.comparing(ChannelPolicy::name));
    }

    /**
     * What to change and hand to {@link #define}: the channel as the API defined it, else one with the defaults
     * for defined channels, closed: sources post to it, and tokens with the role read open it.
     */
    public ChannelPolicy draft(String name) {
        ChannelPolicy known = defined.get(name);
        return known != null && known.origin() == ChannelPolicy.Origin.API ? known : new ChannelPolicy(
                name, ChannelPolicy.Origin.API, ChannelPolicy.ANY_PROVIDER, List.of(), List.of(),
                Set.of(), null, settings.response(), settings.definedQuota(), false);
    }

    /**
     * Defines a channel, or defines it anew; holds as soon as this returns, and after a restart.
     *
     * @throws ChannelRefusedException when the name cannot be a channel, the settings define it already, there
     *     are too many, or the provider does not take the secrets
     */
    public synchronized ChannelPolicy define(ChannelPolicy draft) {
        String name = draft.name();
        if (!isUsable(name)) {
            throw new ChannelRefusedException(ChannelRefusedException.UNUSABLE_NAME,
                    "a channel has 1 to 128 letters, digits, hyphens and underscores and is no address of the hub");
        }
        refuseWhatSettingsDefine(name);
        if (!defined.containsKey(name) && defined.size() >= settings.limit()) {
            throw new ChannelRefusedException(ChannelRefusedException.TOO_MANY,
                    "there are " + settings.limit() + " channels already; remove one first, or raise waystation.channels.limit");
        }
        ChannelPolicy policy = draft.withOrigin(ChannelPolicy.Origin.API);
        try {
            checks.forEach(check -> check.accept(policy));
        } catch (IllegalArgumentException contradiction) {
            throw new ChannelRefusedException(ChannelRefusedException.INVALID, contradiction.getMessage());
        }
        keepClosed(policy);
        stored().put(policy, clock.millis());
        changing(name, () -> defined.put(name, policy));
        return policy;
    }

    /** Adds who is told, on the thread that changes it, the name of a channel that others may read from now on. */
    public void onReadersChanged(Consumer<String> listener) {
        readersChanged.add(listener);
    }

    private void changing(String name, Runnable change) {
        Optional<ChannelPolicy> before = policy(name);
        change.run();
        Optional<ChannelPolicy> now = policy(name);
        if (before.isPresent() && !now.filter(before.get()::hasReadersOf).isPresent()) {
            readersChanged.forEach(listener -> listener.accept(name));
        }
    }

    /**
     * Removes a channel the API defined; its events stay, and if it was private, it stays closed: hub tokens with the role read open
     * it, until it is defined anew.
     *
     * @return whether there was one
     * @throws ChannelRefusedException when the settings define it
     */
    public synchronized boolean remove(String name) {
        if (!defined.containsKey(name)) {
            return false;
        }
        refuseWhatSettingsDefine(name);
        stored().remove(name);
        changing(name, () -> defined.remove(name));
        return true;
    }

    /** Takes what the settings define now into use; a channel that did not change keeps its policy. */
    synchronized void refresh(Map<String, ChannelPolicy> ofSettings) {
        ofSettings.forEach((name, policy) -> {
            if (!policy.equals(defined.get(name))) {
                checks.forEach(check -> check.accept(policy));
                keepClosed(policy);
                changing(name, () -> defined.put(name, policy));
                LOG.info("Channel {} has new secrets or readers", name);
            }
        });
    }

    /** Adds what every definition must pass; it throws {@link IllegalArgumentException}. Checks those there are at once. */
    public void addCheck(Consumer<ChannelPolicy> check) {
        defined.values().forEach(check);
        checks.add(check);
    }

    private void refuseWhatSettingsDefine(String name) {
        if (settings.defined().containsKey(name)) {
            throw new ChannelRefusedException(ChannelRefusedException.DEFINED_IN_SETTINGS,
                    "the channel is defined by waystation.channels." + name + ".* and must be changed there");
        }
    }

    private ChannelRows stored() {
        return rows.orElseThrow(() -> new IllegalStateException("these channels have no store"));
    }
}
