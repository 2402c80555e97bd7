package io.waystation.update.fleet;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What one machine says about one subsystem. Immutable, and checked when it is made.
 *
 * @param machine name of the machine, 1 to 100 letters, digits, dots, dashes and underscores
 * @param publicKey base64 of the 32 raw bytes of its Ed25519 key
 * @param serial higher than in every report the machine made before
 * @param subsystem lower-case words joined by dashes
 * @param state what became of the version
 * @param version as upstream writes it; null when nothing is installed
 * @param commit upstream's commit, or null when it is not known
 * @param reason for a person; may be null
 * @param time when it was made, by the clock of the machine
 */
public record MachineReport(String machine, String publicKey, long serial, String subsystem, ReportState state, String version,
        String commit, String reason, Instant time) {
    private static final Pattern MACHINE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern SUBSYSTEM = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+/-]{0,199}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_REASON = 1_000;

    /**
     * Checks every part; a reason is cut to 1,000 characters.
     *
     * @throws IllegalArgumentException naming what is wrong, without repeating it
     */
    public MachineReport {
        require(machine != null && MACHINE.matcher(machine).matches(), "machine");
        require(publicKey != null, "publicKey");
        require(serial > 0, "serial");
        require(subsystem != null && subsystem.length() <= LONGEST_NAME && SUBSYSTEM.matcher(subsystem).matches(), "subsystem");
        require(state != null, "state");
        require(version == null ? state == ReportState.CURRENT : VERSION.matcher(version).matches(), "version");
        require(commit == null || COMMIT.matcher(commit).matches(), "commit");
        require(time != null, "time");
        reason = reason == null ? null : cut(reason);
    }

    private static void require(boolean holds, String field) {
        if (!holds) {
            throw new IllegalArgumentException("has no " + field + " that it may have");
        }
    }

    private static String cut(String reason) {
        String line = reason.replaceAll("\\p{Cntrl}", " ").strip();
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON);
    }
}
