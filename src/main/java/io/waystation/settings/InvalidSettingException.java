package io.waystation.settings;

/** A setting is missing, unknown or malformed; the start stops with this message and exit code 2. */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final String CODE = "setting-invalid";

    /**
     * Names the setting and what is wrong with it.
     *
     * @param key the setting, such as {@code waystation.port}
     * @param problem what is wrong, as the rest of a sentence that starts with the key
     */
    public InvalidSettingException(String key, String problem) {
        super(key + " " + problem);
    }

    /** Stable code, for whoever reports this. */
    public String code() {
        return CODE;
    }
}
