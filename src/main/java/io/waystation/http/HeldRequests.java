package io.waystation.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * Requests that wait until their routes are up. Their senders see a slow answer and not a wrong one.
 *
 * <p>Thread-safe.
 */
final class HeldRequests {
    private final Predicate<List<String>> early;
    private final int most;
    private List<Runnable> waiting = new ArrayList<>();

    /**
     * Holds none yet.
     *
     * @param early whether the route of a path is not up yet
     * @param most how many may wait
     */
    HeldRequests(Predicate<List<String>> early, int most) {
        this.early = early;
        this.most = most;
    }

    /**
     * Lets a request wait if it has to; called on its event loop.
     *
     * @param then runs there later
     * @param full runs at once where as many wait as may
     * @return whether it waits, or was one too many
     */
    boolean hold(HttpServerRequest request, List<String> segments, Runnable then, Runnable full) {
        if (!early.test(segments)) {
            return false;
        }
        Context loop = Vertx.currentContext();
        synchronized (this) {
            if (waiting == null) {
                return false;
            }
            if (waiting.size() < most) {
                request.pause();
                waiting.add(() -> loop.runOnContext(now -> {
                    if (!request.response().closed()) {
                        then.run();
                        request.resume();
                    }
                }));
                return true;
            }
        }
        full.run();
        return true;
    }

    /** Lets all of them go, and none wait from now on. */
    void release() {
        List<Runnable> free;
        synchronized (this) {
            free = waiting == null ? List.of() : waiting;
            waiting = null;
        }
        free.forEach(Runnable::run);
    }
}
