package io.waystation.relay;

import java.util.Optional;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.http.Access;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import io.waystation.http.Role;
import io.waystation.http.Tokens;

/** Decides who may follow a channel and who may send its events again. Thread-safe, never blocks. */
final class ChannelReaders {
    private final Channels channels;
    private final Tokens tokens;
    private final boolean openRedeliver;

    /** With {@code openRedeliver}, nobody needs a token to send events of open channels again. */
    ChannelReaders(Channels channels, Tokens tokens, boolean openRedeliver) {
        this.channels = channels;
        this.tokens = tokens;
        this.openRedeliver = openRedeliver;
    }

    /** The channel's policy; 404 when there is no such channel. */
    ChannelPolicy policy(String channel) {
        return channels.policy(channel).orElseThrow(() -> new ProblemException(404, "no-such-channel",
                "There is no such channel. Open channels may be switched off, and some names are reserved."));
    }

    /** Whether the request carries a reader token of the channel or a token with the role read, or needs none. */
    boolean mayRead(HttpRequest request, ChannelPolicy policy) {
        Optional<String> secret = Access.secret(request).or(() -> Access.querySecret(request));
        return policy.mayRead(secret.orElse(null)) || has(secret, Role.READ);
    }

    /** As {@link #mayRead}, refusing with 401. */
    void requireRead(HttpRequest request, ChannelPolicy policy) {
        if (!mayRead(request, policy)) {
            throw Access.tokenRequired(
                    "This channel needs a reader token, as 'Authorization: Bearer <token>' or '?access_token='.");
        }
    }

    /**
     * Refuses those who may not send events of the channel again, and tells whether the caller proved who they are:
     * strangers on an open channel did not. A token with the role replay or one of the channel's secrets lets in. If
     * the settings allow it, so does the name of a channel open to senders and readers: who knows it may post anyway.
     */
    boolean requireReplay(HttpRequest request, ChannelPolicy policy) {
        Optional<String> secret = Access.secret(request);
        boolean known = secret.isPresent()
                && policy.secrets().stream().filter(own -> own.matches(secret.get())).count() > 0;
        boolean proved = known || has(secret, Role.REPLAY);
        if (!proved && !(openRedeliver && policy.isOpen() && policy.isOpenToReaders())) {
            throw Access.tokenRequired("Sending events of this channel again needs a token with"
                    + " the role replay, or the channel's secret, as 'Authorization: Bearer <token>'.");
        }
        return proved;
    }

    private boolean has(Optional<String> secret, Role role) {
        return secret.flatMap(tokens::find).filter(token -> token.roles().contains(role)).isPresent();
    }
}
