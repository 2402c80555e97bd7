package io.waystation.cli;

/** Exit codes of every command, as {@code docs/cli.md} promises them. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;
    /** The command ran and failed. */
    static final int FAILED = 1;
    /** Wrong usage, or an unknown or malformed setting. */
    static final int USAGE = 2;
    /** The hub cannot start: port, data folder, data format or routes. */
    static final int CANNOT_START = 3;
    /** No hub answers at the address. */
    static final int NOT_REACHABLE = 4;
    /** The hub answered and refused. */
    static final int REFUSED = 5;

    private ExitCode() {
    }
}
