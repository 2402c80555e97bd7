package io.waystation.update.run;

import java.util.Locale;

import io.waystation.update.change.ChangeException;
import io.waystation.update.process.ProcessTreeException;
import io.waystation.update.release.ReleaseFailedException;
import io.waystation.update.task.TaskFailedException;
import io.waystation.work.CancelledException;
import io.waystation.work.DeferException;
import io.waystation.work.LeaseLostException;

/**
 * What an exception means for a run.
 *
 * @param code stable, such as {@code TASK_BUILD}
 * @param text for a person
 * @param isFailure whether something failed, and the run was not only put off or cancelled
 * @param isEnd whether no further attempt makes sense
 * @param isOfTheVersion whether it may be the new version's fault, and not only the hub's that is being stopped
 */
record UpdateFailure(String code, String text, boolean isFailure, boolean isEnd, boolean isOfTheVersion) {
    static UpdateFailure of(Throwable why) {
        if (why instanceof DeferException || why instanceof CancelledException || why instanceof LeaseLostException) {
            return new UpdateFailure("STOPPED", text(why), false, false, false);
        }
        if (why instanceof ChangeException change) {
            boolean interrupted = change.code().equals("interrupted");
            return failure(change.code(), change.code() + ": " + text(why), !change.passing(), !interrupted);
        }
        if (why instanceof TaskFailedException task) {
            return failure(task.code(), text(why), !task.isWorthRetrying(), true);
        }
        if (why instanceof UpdateException update) {
            return failure(update.code(), text(why), true, true);
        }
        if (why instanceof ReleaseFailedException release) {
            return failure(release.code(), text(why), false, false);
        }
        if (why instanceof ProcessTreeException) {
            return failure("process", text(why), false, false);
        }
        return failure("failed", why == null ? "" : why.toString(), false, true);
    }

    private static UpdateFailure failure(String code, String text, boolean end, boolean ofTheVersion) {
        return new UpdateFailure(code.toUpperCase(Locale.ROOT).replace('-', '_'), text, true, end, ofTheVersion);
    }

    private static String text(Throwable why) {
        return String.valueOf(why.getMessage());
    }
}
