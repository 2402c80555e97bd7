package io.waystation.update.task;

/**
 * How a run ended, in the classes that decide whether another attempt makes sense.
 *
 * @see <a href="https://github.com/go-task/task/blob/main/errors/errors.go">the exit codes of task</a>
 */
public enum TaskEnd {
    /** It did what it says, or found nothing to do. */
    SUCCESS(false),
    /** The network or a cache was not there; later it may be. */
    TRANSIENT(true),
    /** A command of the task failed; one more attempt may help, many will not. */
    BUILD(true),
    /** The Taskfile, its variables or the way it is called are wrong; no attempt helps until somebody changes them. */
    CONFIG(false),
    /** It took longer than its limit and was ended. */
    TIMED_OUT(true),
    /** Somebody ended it: the hub stops, or its work is not wanted any more. */
    STOPPED(false);


    private final boolean worthRetrying;

    TaskEnd(boolean worthRetrying) {
        this.worthRetrying = worthRetrying;
    }

    /** Whether the same run may succeed later with nothing changed. */
    public boolean isWorthRetrying() {
        return worthRetrying;
    }

    /** The class of an exit code of {@code task}, called without {@code --exit-code}; of a signal, it is 128 and more. */
    static TaskEnd of(int exitCode) {
        return switch (exitCode) {
            case 0 -> SUCCESS;
            case 103, 106, 108 -> TRANSIENT;
            case 50, 100, 101, 102, 104, 105, 107, 109, 110, 111 -> CONFIG;
            case 126, 127 -> CONFIG; // the program itself cannot be run
            case 200, 202, 203, 204, 205, 206, 207 -> CONFIG;
            default -> BUILD;
        };
    }
}
