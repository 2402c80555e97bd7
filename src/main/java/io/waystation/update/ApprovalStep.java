package io.waystation.update;

/** A step from one version to the next that a person has to approve. */
public enum ApprovalStep {
    /** The first number changes, or below 1.0 the second. */
    MAJOR,
    /** The second number changes. */
    MINOR,
    /** The new version is a prerelease. */
    PRERELEASE,
    /** Any step. */
    ALL
}
