package io.waystation.journal;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** Hands finished appends back: one task per executor, however many appends, so a commit costs a loop one wake-up. */
final class Completions {
    private Completions() {
    }

    static void post(List<PendingAppend> finished) {
        if (finished.isEmpty()) {
            return;
        }
        Map<Executor, List<PendingAppend>> byExecutor = new IdentityHashMap<>();
        for (PendingAppend append : finished) {
            byExecutor.computeIfAbsent(append.resumeOn(), executor -> new ArrayList<>()).add(append);
        }
        byExecutor.forEach((executor, appends) -> post(executor, () -> appends.forEach(PendingAppend::complete)));
    }

    /** Runs a completion on an executor, or elsewhere when that takes nothing any more; never on this thread. */
    static void post(Executor executor, Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RuntimeException | Error stopped) {
            // The connection's loop is gone or the pool is full; whoever still waits must hear of it, but never on the writer thread.
            ForkJoinPool.commonPool().execute(completion);
        }
    }
}
