package io.waystation.update;

/** What of an upstream a subsystem follows. */
public enum Strategy {
    /** Tags that are versions. */
    TAGS,
    /** The head of one branch. */
    COMMITS,
    /** Published releases whose tag is a version and whose assets are there. */
    RELEASES,
    /** Releases that another hub has signed; upstream itself is not read. */
    SIGNED
}
