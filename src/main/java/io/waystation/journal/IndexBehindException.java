package io.waystation.journal;

/** An event cannot be found by its id now: it is not indexed, and not among the newest of those that are not either. */
public final class IndexBehindException extends RuntimeException {
    /** Stable code of the reason. */
    public static final String CODE = "index-behind";

    private static final long serialVersionUID = 1L;

    IndexBehindException(long unindexed) {
        super("The index has no event with this id, and " + unindexed + " events are not indexed yet, of which only the newest were "
                + "looked at; ask by position, or again when the group '" + EventIndex.GROUP + "' has caught up");
    }
}
