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
 * <p>Thread-safe. The limits on connections and on requests of each bound how many there are.
 */
final class HeldRequests {
    private final Predicate<List<String>> early;
    private List<Runnable> waiting = new ArrayList<>();

    /** @param early whether the route of a path is not up yet */
    HeldRequests(Predicate<List<String>> early) {
        this.early = early;
    }

    /**
     * Lets a request wait if it has to; called on its event loop.
     *
     * @param then runs there later
     * @return whether it waits
     */
    boolean hold(HttpServerRequest request, List<String> segments, Runnable then) {
        if (!early.test(segments)) {
            return false;
        }
        Context loop = Vertx.currentContext();
        synchronized (this) {
            if (waiting == null) {
                return false;
            }
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
