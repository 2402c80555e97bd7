package io.waystation.update.release;

import java.util.Locale;

/** Why a signed release is not acted on. Its code is stable. */
public enum Refusal {
    /** More bytes than a release may have. */
    TOO_LARGE,
    /** No envelope, or one that is not written the one way it may be. */
    UNREADABLE,
    /** An envelope of something else. */
    WRONG_PAYLOAD_TYPE,
    /** A manifest of a form this hub does not know. */
    UNKNOWN_SCHEMA,
    /** Something is left out of the manifest. */
    MISSING_FIELD,
    /** Something in the manifest is not what it may be. */
    WRONG_FIELD,
    /** A digest that is no SHA-256. */
    WRONG_DIGEST,
    /** Nobody has signed it. */
    UNSIGNED,
    /** Nobody who is trusted has signed it. */
    UNKNOWN_KEY,
    /** A trusted key is named, but did not sign this. */
    WRONG_SIGNATURE,
    /** The key is trusted from a later time on. */
    KEY_TOO_EARLY,
    /** The key is no longer trusted. */
    KEY_EXPIRED,
    /** Older than what was accepted before: a replay. */
    REPLAYED,
    /** The serial of one that was accepted, but other content: the key is used twice, or stolen. */
    FORKED,
    /** Out of date: whoever shows it may be holding back newer ones, a freeze. */
    EXPIRED,
    /** What is installed is too old to go to it directly. */
    BELOW_MINIMUM,
    /** It has no file for this machine. */
    WRONG_PLATFORM;

    /** Stable code, such as {@code wrong-signature}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
