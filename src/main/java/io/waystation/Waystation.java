package io.waystation;

/** Entry point: command line, then Camel Main. */
public final class Waystation {
    private Waystation() {
    }

    /** Starts the hub, or runs a command about one. */
    public static void main(String[] args) {
        throw new UnsupportedOperationException("being built");
    }
}
