package io.waystation.channel;

/** A channel cannot be defined or removed like this; nothing was changed. */
public final class ChannelRefusedException extends RuntimeException {
    /** The name is malformed or reserved. */
    public static final String UNUSABLE_NAME = "unusable-channel-name";

    /** The channel is defined in settings, where alone it can be changed. */
    public static final String DEFINED_IN_SETTINGS = "channel-defined-in-settings";

    /** The values do not fit together. */
    public static final String INVALID = "invalid-channel";

    /** There are as many channels as there may be. */
    public static final String TOO_MANY = "too-many-channels";

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Says why.
     *
     * @param code one of the constants of this class
     * @param message what is wrong and what to do
     */
    public ChannelRefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Stable code of the reason. */
    public String code() {
        return code;
    }
}
