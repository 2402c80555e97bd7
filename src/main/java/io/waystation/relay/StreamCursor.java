package io.waystation.relay;

import java.io.IOException;

/** Where a follower's position outlives it. Used by one thread at a time. */
interface StreamCursor {
    /**
     * The position kept.
     *
     * @return empty text when there is none, or when the server keeps it and needs not be told
     */
    String load() throws IOException;

    /** Keeps a position; it is safe when this returns. */
    void store(String streamId) throws IOException, InterruptedException;
}
