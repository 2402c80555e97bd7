package io.waystation.update.version;

/** Why a text is no version. */
public enum RefusalCode {
    /** Characters or a form that no subsystem accepts, whatever its pattern says. */
    HOSTILE_REF("hostile-ref"),
    /** A date where the scheme wants a semantic version. */
    CALENDAR_VERSION("calendar-version"),
    /** Neither a semantic version nor a date. */
    ODD_VERSION("odd-version"),
    /** The subsystem's tag pattern took too long on this text. */
    PATTERN_TOO_SLOW("pattern-too-slow");

    private final String code;

    RefusalCode(String code) {
        this.code = code;
    }

    /** Stable code, as the documentation lists it. */
    public String code() {
        return code;
    }
}
