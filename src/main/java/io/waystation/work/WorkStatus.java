package io.waystation.work;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An item as it stands in the store.
 *
 * @param number names it in this store; rises in the order of arrival
 * @param queue its queue
 * @param id its id
 * @param key its key
 * @param state where it stands
 * @param waitsFor what a waiting one waits for: delay, quiet, retry, deferred; else null
 * @param reason why it waits or ended, for a person; may be null
 * @param errorClass class of the last error, or null
 * @param routeId route that failed last, or null
 * @param priority higher goes first
 * @param nextAt when it may run
 * @param attempt attempts spent
 * @param lost attempts that ended with their process
 * @param operation operation that follows it, or null
 * @param causes how many additions it stands for
 * @param size bytes of its body
 * @param addedAt when it was added
 * @param updatedAt when it changed last
 * @param finishedAt when it ended, or null
 */
public record WorkStatus(long number, String queue, String id, String key, ItemState state, String waitsFor, String reason,
        String errorClass, String routeId, int priority, Instant nextAt, int attempt, int lost, String operation, int causes,
        long size, Instant addedAt, Instant updatedAt, Instant finishedAt) {

    /**
     * An item with what it carries.
     *
     * @param status where it stands
     * @param causes ids of what asked for it, oldest first, up to 10,000
     * @param attributes what was kept with it
     * @param body its bytes; empty when it carried nothing, or has succeeded or was superseded, for then they are gone
     */
    public record Content(WorkStatus status, List<String> causes, Map<String, String> attributes, Optional<byte[]> body) {
    }
}
