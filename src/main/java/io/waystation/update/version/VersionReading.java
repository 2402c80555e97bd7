package io.waystation.update.version;

/** What a scheme made of a text: a version, or why it is none. */
public sealed interface VersionReading {
    /** The text is this version. */
    record Read(Version version) implements VersionReading {
    }

    /**
     * The text is no version of the scheme.
     *
     * @param code stable code
     * @param reason for a person; holds no character of the text that is not printable ASCII
     */
    record Refused(RefusalCode code, String reason) implements VersionReading {
    }
}
