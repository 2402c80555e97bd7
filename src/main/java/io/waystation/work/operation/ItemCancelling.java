package io.waystation.work.operation;

/** Cancels the work item of an operation; the item's end then ends the operation. */
@FunctionalInterface
interface ItemCancelling {
    /** Does nothing when there is no such item, or when it has ended. */
    void cancel(String operation, String reason);
}
