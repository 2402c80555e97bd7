package io.waystation.relay;

import java.util.List;

/** The one instance of each encoding. */
final class StreamEncodings {
    static final StreamEncoding GOSMEE = new GosmeeEncoding();
    static final StreamEncoding SMEE = new SmeeEncoding();
    static final StreamEncoding OWN = new OwnEncoding();

    /** By slot. */
    static final List<StreamEncoding> ALL = List.of(GOSMEE, SMEE, OWN);

    private StreamEncodings() {
    }
}
