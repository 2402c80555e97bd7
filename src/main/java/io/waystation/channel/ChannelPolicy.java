package io.waystation.channel;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.waystation.settings.Secret;

/**
 * What holds for one channel. Closed unless it says otherwise: without secrets only sources post to it, and without
 * readers only hub tokens with the role read open it.
 *
 * <p>Immutable. {@code Channels} hands out the same object until the channel is defined anew, so it may be
 * used as the key of what was derived from it.
 *
 * @param name the channel
 * @param origin who defined it
 * @param provider how posts to {@code /{channel}} are signed; {@link #ANY_PROVIDER} lets the signature header decide
 * @param secrets secrets a post may be signed with
 * @param readers tokens that may listen
 * @param anybody what everybody who knows the name may do
 * @param retention how long its events are kept, or null for as long as the log keeps them
 * @param response what a sender hears
 * @param quota how much it may take
 * @param keepCredentials whether credential headers stay on its events
 */
public record ChannelPolicy(
        String name, Origin origin, String provider, List<Secret> secrets, List<Secret> readers,
        Set<Use> anybody, Duration retention, ResponsePolicy response, Quota quota, boolean keepCredentials) {
    /** Provider of a channel whose posts may be signed in any common way. */
    public static final String ANY_PROVIDER = "auto";
    /** Shortest retention: less is a mistake, and the events are gone before anybody has read them. */
    public static final Duration SHORTEST_RETENTION = Duration.ofSeconds(1);

    /** Who defined a channel. */
    public enum Origin {
        /** {@code waystation.channels.<name>.*}; the API cannot change it. */
        SETTINGS,
        /** The API; kept in the store. */
        API,
        /** A source of a route that names a channel nobody defined: only sources post to it, a token reads it. */
        SOURCE,
        /** Nobody: an open channel that exists because somebody uses its name. */
        ANONYMOUS
    }

    /** What is done with a channel. */
    public enum Use {
        /** Sending events to its address. */
        POST,
        /** Listening. */
        READ
    }

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException when anybody may do what secrets or readers are asked for
     */
    public ChannelPolicy {
        secrets = List.copyOf(secrets);
        readers = List.copyOf(readers);
        anybody = Set.copyOf(anybody);
        if (anybody.contains(Use.POST) && !secrets.isEmpty()) {
            throw new IllegalArgumentException("it is open and has secrets; choose one");
        }
        if (anybody.contains(Use.READ) && !readers.isEmpty()) {
            throw new IllegalArgumentException("it has open readers and readers of its own; choose one");
        }
    }

    /** The same channel with other ways of posting: signed, by anybody, or, with neither, by its sources only. */
    public ChannelPolicy withSenders(String newProvider, List<Secret> newSecrets, boolean open) {
        return new ChannelPolicy(name, origin, newProvider, newSecrets, readers, anybody(Use.POST, open), retention,
                response, quota, keepCredentials);
    }

    /** The same channel with other listeners: those with a token, anybody, or, with neither, the hub's tokens only. */
    public ChannelPolicy withReaders(List<Secret> newReaders, boolean open) {
        return new ChannelPolicy(name, origin, provider, secrets, newReaders, anybody(Use.READ, open), retention,
                response, quota, keepCredentials);
    }

    private Set<Use> anybody(Use use, boolean may) {
        Set<Use> uses = EnumSet.noneOf(Use.class);
        uses.addAll(anybody);
        if (may) {
            uses.add(use);
        } else {
            uses.remove(use);
        }
        return uses;
    }

    /** The same channel that keeps events as long as this, or as long as the log when null. */
    public ChannelPolicy withRetention(Duration newRetention) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, anybody, newRetention, response, quota, keepCredentials);
    }

    /** The same channel with another answer. */
    public ChannelPolicy withResponse(ResponsePolicy newResponse) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, anybody, retention, newResponse, quota, keepCredentials);
    }

    /** The same channel with other limits. */
    public ChannelPolicy withQuota(Quota newQuota) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, anybody, retention, response, newQuota, keepCredentials);
    }

    /** The same channel that keeps credential headers on its events, or does not. */
    public ChannelPolicy withCredentialsKept(boolean kept) {
        return new ChannelPolicy(name, origin, provider, secrets, readers, anybody, retention, response, quota, kept);
    }

    ChannelPolicy withOrigin(Origin newOrigin) {
        return new ChannelPolicy(
                name, newOrigin, provider, secrets, readers, anybody, retention, response, quota, keepCredentials);
    }

    /** Whether the same tokens open another one. */
    boolean hasReadersOf(ChannelPolicy other) {
        return isOpenToReaders() == other.isOpenToReaders() && readers.equals(other.readers);
    }

    /** Whether anybody may post: its events are unverified. */
    public boolean isOpen() {
        return anybody.contains(Use.POST);
    }

    /** Whether nobody posts to its address, so that its events come through sources only. */
    public boolean isForSourcesOnly() {
        return secrets.isEmpty() && !isOpen();
    }

    /** Whether everybody who knows the name may listen. */
    public boolean isOpenToReaders() {
        return anybody.contains(Use.READ);
    }

    /** How long its events are kept, if shorter than the log keeps them. */
    public Optional<Duration> shorterRetention() {
        return Optional.ofNullable(retention);
    }

    /** Whether somebody with this token may listen; the token may be null. */
    public boolean mayRead(String token) {
        boolean matched = isOpenToReaders();
        for (Secret reader : readers) {
            matched |= token != null && reader.matches(token);
        }
        return matched;
    }
}
