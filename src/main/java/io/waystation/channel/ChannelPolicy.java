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
 * @param secrets secrets a post may be signed with; empty means anybody may post
 * @param readers tokens that may listen; empty means anybody who knows the name may
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
        /** Nobody: an open channel that exists because somebody uses its name. */
        ANONYMOUS
    }

    /** Copies the lists. */
    public ChannelPolicy {
        secrets = List.copyOf(secrets);
        readers = List.copyOf(readers);
    }

    /** Whether anybody may post: its events are unverified. */
    public boolean isOpen() {
        return secrets.isEmpty();
    }

    /** How long its events are kept, if shorter than the log keeps them. */
    public Optional<Duration> shorterRetention() {
        return Optional.ofNullable(retention);
    }

    /** Whether somebody with this token may listen; the token may be null. */
    public boolean mayRead(String token) {
        if (readers.isEmpty()) {
            return true;
        }
        boolean matched = false;
        for (Secret reader : readers) {
            matched |= token != null && reader.matches(token);
        }
        return matched;
    }
}
