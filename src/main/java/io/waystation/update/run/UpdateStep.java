package io.waystation.update.run;

import java.util.Arrays;
import java.util.Locale;

/** What a run of the update pipeline is about to do. Stored before it does it. */
public enum UpdateStep {
    /** Reads upstream and decides. */
    DECIDE,
    /** Brings the source to the wanted version. */
    SOURCE,
    /** Builds the new binary. */
    BUILD,
    /** Downloads the new binary. */
    DOWNLOAD,
    /** Compares the new binary with what is expected of it. */
    VERIFY,
    /** Puts it in place. From here on the run finishes or rolls back; nothing cancels it. */
    SWAP,
    /** Lets the process run it. */
    RELOAD,
    /** Waits until it is ready, and stays so. */
    HEALTH,
    /** Lets the processes that depend on it run with it. */
    DEPENDENTS,
    /** Makes it the current version. */
    COMMIT,
    /** Puts the old binary back. */
    ROLLBACK,
    /** Packs it for others. */
    PACKAGE,
    /** Releases it to others. */
    RELEASE;

    /** Name in routes, events and the store, such as {@code build}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The step of this name. */
    static UpdateStep of(String code) {
        return Arrays.stream(values()).filter(step -> step.code().equals(code)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no step '" + code + "' in an update"));
    }
}
