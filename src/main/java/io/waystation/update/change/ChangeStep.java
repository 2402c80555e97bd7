package io.waystation.update.change;

/** How far a change has come; written to the manifest before the step's effect, so that a killed hub knows. */
public enum ChangeStep {
    /** A build may be writing over the binary; a copy of the current one is kept. */
    BUILDING,
    /** The new file is beside the current one and its digest is known. */
    STAGED,
    /** Size, digest and signature are what was expected. */
    VERIFIED,
    /** The binary is the old or the new one, and both are there. */
    SWAPPING,
    /** The binary is the new one; the process may still be the old one. */
    SWAPPED,
    /** The process is being stopped or started, or is on trial. */
    RELOADING,
    /** The process is the new one and stood its trial. */
    HEALTHY,
    /** The old binary is being put back. */
    ROLLING_BACK,
    /** The old binary is back and its process is not healthy either: a person is needed. */
    STUCK;

    /** Whether the binary is surely still the old one. */
    public boolean beforeSwap() {
        return compareTo(SWAPPING) < 0;
    }
}
