package io.waystation.work.operation;

/** Cancels the work item of an operation; the item's end then ends the operation. */
@FunctionalInterface
interface ItemCancelling {
    /** False when the item was told to stop before, or is past the point from which it only finishes. */
    boolean cancel(String operation, String reason);
}
