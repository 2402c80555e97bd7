package io.waystation.channel;

import java.util.Arrays;
import java.util.Optional;

/** What a sender hears once its event is in the log. */
public enum ResponsePolicy {
    /** What the provider expects, 202 as a rule, whether or not anybody listens. */
    ACCEPTED("202"),
    /** 200, for senders that know no other success. */
    OK("200"),
    /** The same while a client listens to the channel, else the post is refused with 503 and nothing is kept. */
    UNAVAILABLE_WHEN_NOBODY_LISTENS("503-when-nobody-listens");

    private final String text;

    ResponsePolicy(String text) {
        this.text = text;
    }

    /** Reads the form used in settings and in the API. */
    public static Optional<ResponsePolicy> parse(String text) {
        return Arrays.stream(values()).filter(policy -> policy.text.equals(text)).findFirst();
    }

    /** The form used in settings and in the API. */
    @Override
    public String toString() {
        return text;
    }
}
