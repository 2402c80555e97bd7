package io.waystation.relay;

import io.waystation.event.Position;

/**
 * Events a client asked for and cannot have any more.
 *
 * @param requested position the client wanted to go on behind
 * @param oldest first position it gets instead
 * @param lost how many events are missing
 * @param understood whether the client knows gap events; others get a comment
 */
record StreamGap(Position requested, Position oldest, long lost, boolean understood) {
    /** The gap as a comment, which every client ignores. */
    String comment() {
        return ": gap lost=" + lost + " requested=" + requested + " oldest=" + oldest + "\n\n";
    }
}
