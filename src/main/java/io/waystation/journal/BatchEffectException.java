package io.waystation.journal;

/** An effect that a batch had enlisted failed while it was committed, and nothing of that commit was kept. */
final class BatchEffectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient GroupRecord batch;

    BatchEffectException(GroupRecord batch, Throwable cause) {
        super(cause.getMessage(), cause);
        this.batch = batch;
    }

    /** The batch. */
    GroupRecord batch() {
        return batch;
    }
}
