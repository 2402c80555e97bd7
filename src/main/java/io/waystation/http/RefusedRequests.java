package io.waystation.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.settings.Settings;
import org.apache.camel.CamelContext;

/**
 * The latest refused requests with their reason, and a count of all of them by code.
 *
 * <p>Bounded and thread-safe.
 */
public final class RefusedRequests {
    /** Registry name. */
    public static final String NAME = "refusedRequests";

    private final int kept;
    private final Deque<RefusedRequest> latest = new ArrayDeque<>();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private volatile MeterRegistry meters;

    private RefusedRequests(int kept) {
        this.kept = kept;
    }

    /** The list of an application, made when there is none yet. */
    static RefusedRequests of(CamelContext context) {
        RefusedRequests found = context.getRegistry().lookupByNameAndType(NAME, RefusedRequests.class);
        if (found == null) {
            found = new RefusedRequests(Settings.of(context).number("waystation.http.refused-kept", 1, 100_000));
            context.getRegistry().bind(NAME, found);
        }
        return found;
    }

    /** Notes a refused request. */
    public void add(RefusedRequest request) {
        synchronized (latest) {
            if (latest.size() >= kept) {
                latest.removeLast();
            }
            latest.addFirst(request);
        }
        MeterRegistry registry = meters;
        if (registry != null) {
            counters.computeIfAbsent(request.code(), code -> Counter.builder("waystation.http.refused")
                    .description("Requests refused, by code").tag("code", code).register(registry)).increment();
        }
    }

    /** The latest refused requests, newest first. */
    public List<RefusedRequest> latest() {
        synchronized (latest) {
            return new ArrayList<>(latest);
        }
    }

    /** Counts into these meters from now on. */
    void countInto(MeterRegistry registry) {
        meters = registry;
    }
}
