package io.waystation.channel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.waystation.settings.Secret;

/**
 * What holds for one channel.
 *
 * <p>Immutable. {@code Channels} hands out the same object until the channel is defined anew, so it may be
 * used as the key of what was derived from it.
 *
 * @param name the channel
 * @param origin who defined it
 * @param provider how posts to {@code /{channel}} are signed; {@link #ANY_PROVIDER} lets the signature header decide
 * @param secrets secrets a post may be signed with; empty means anybody may post, unless it is a source's channel
 * @param readers tokens that may listen; empty means anybody who knows the name may, unless it is a source's channel
 * @param retention how long its events are kept, or null for as long as the log keeps them
 * @param response what a sender hears
 * @param quota how much it may take
 * @param keepCredentials whether credential headers stay on its events
 */
public record ChannelPolicy(
        String name, Origin origin, String provider, List<Secret> secrets, List<Secret> readers, Duration retention,
        ResponsePolicy response, Quota quota, boolean keepCredentials) {
    /** Provider of a channel whose posts may be signed in any common way. */
    public static final String ANY_PROVIDER = "auto";

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

    /** Copies the lists. */
    public ChannelPolicy {
        secrets = List.copyOf(secrets);
        readers = List.copyOf(readers);
    }

    /** The same channel with other ways of posting. */
    public ChannelPolicy withSenders(String newProvider, List<Secret> newSecrets) {
        return new ChannelPolicy(
                name, origin, newProvider, newSecrets, readers, retention, response, quota, keepCredentials);
    }

    /** The same channel with other listeners. */
    public ChannelPolicy withReaders(List<Secret> newReaders) {
        return new ChannelPolicy(
                name, origin, provider, secrets, newReaders, retention, response, quota, keepCredentials);
    }

    /** The same channel that keeps events as long as this, or as long as the log when null. */
    public ChannelPolicy withRetention(Duration newRetention) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, newRetention, response, quota, keepCredentials);
    }

    /** The same channel with another answer. */
    public ChannelPolicy withResponse(ResponsePolicy newResponse) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, retention, newResponse, quota, keepCredentials);
    }

    /** The same channel with other limits. */
    public ChannelPolicy withQuota(Quota newQuota) {
        return new ChannelPolicy(
                name, origin, provider, secrets, readers, retention, response, newQuota, keepCredentials);
    }

    /** The same channel that keeps credential headers on its events, or does not. */
    public ChannelPolicy withCredentialsKept(boolean kept) {
        return new ChannelPolicy(name, origin, provider, secrets, readers, retention, response, quota, kept);
    }

    ChannelPolicy withOrigin(Origin newOrigin) {
        return new ChannelPolicy(
                name, newOrigin, provider, secrets, readers, retention, response, quota, keepCredentials);
    }

    /** Whether anybody may post: its events are unverified. */
    public boolean isOpen() {
        return secrets.isEmpty() && origin != Origin.SOURCE;
    }

    /** How long its events are kept, if shorter than the log keeps them. */
    public Optional<Duration> shorterRetention() {
        return Optional.ofNullable(retention);
    }

    /** Whether somebody with this token may listen; the token may be null. */
    public boolean mayRead(String token) {
        if (readers.isEmpty()) {
            return origin != Origin.SOURCE;
        }
        boolean matched = false;
        for (Secret reader : readers) {
            matched |= token != null && reader.matches(token);
        }
        return matched;
    }
}
