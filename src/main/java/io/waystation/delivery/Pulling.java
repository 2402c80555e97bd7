package io.waystation.delivery;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which endpoints are not sent anything now because they pull, or are left to. In memory; thread-safe. */
final class Pulling {
    private final Set<String> streams = ConcurrentHashMap.newKeySet();
    private final Map<String, String> left = new ConcurrentHashMap<>();

    /** Why an endpoint is not sent anything, for a person; empty when it is. */
    Optional<String> reason(Endpoint endpoint) {
        if (endpoint.pulls()) {
            return Optional.of("the endpoint pulls what it is owed");
        }
        if (streams.contains(endpoint.id())) {
            return Optional.of("the endpoint has a stream open and gets it there");
        }
        return Optional.ofNullable(left.get(endpoint.id()));
    }

    /** An endpoint has a stream open. */
    void begins(String endpoint) {
        streams.add(endpoint);
    }

    /** It has none any more. */
    void ends(String endpoint) {
        streams.remove(endpoint);
    }

    /** An endpoint is left to pull; whether it was not before. */
    boolean leave(String endpoint, String reason) {
        return left.put(endpoint, reason) == null;
    }

    /** An endpoint is sent to again; whether it was not before. */
    boolean take(String endpoint) {
        return left.remove(endpoint) != null;
    }

    /** Whether it is left to pull. */
    boolean isLeft(String endpoint) {
        return left.containsKey(endpoint);
    }
}
