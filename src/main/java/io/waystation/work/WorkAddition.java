package io.waystation.work;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is to be added to a queue.
 *
 * @param queue name of the queue: 1 to 128 letters, digits, dots, hyphens and underscores
 * @param id names the item in its queue, 1 to {@value #LONGEST} characters; a known id is not added again
 * @param key key of the item, up to {@value #LONGEST} characters
 * @param body exact bytes, not copied
 * @param attributes kept with it
 * @param cause what asked for it, such as an event's id
 * @param retry retry schedule before the consumer's own, or null
 * @param operation id of the operation that is to follow it, or null; its kind is in the attributes
 * @param terms when it runs and what it does to others of its key
 */
public record WorkAddition(String queue, String id, String key, byte[] body, Map<String, String> attributes, String cause,
        String retry, String operation, Terms terms) {
    static final int LONGEST = 512;
    private static final Pattern QUEUE_NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /** Checks names and schedule. */
    public WorkAddition {
        requireQueueName(queue);
        requireLength("id", id, 1);
        requireLength("key", key, 0);
        RetrySchedule.parse(retry);
        attributes = Map.copyOf(attributes);
    }

    /** Something to be run as soon as possible, with nothing special about it. */
    public static WorkAddition of(String queue, String id, String key, byte[] body) {
        return new WorkAddition(queue, id, key, body, Map.of(), id, null, null, Terms.NOW);
    }

    /** The same on other terms. */
    public WorkAddition on(Terms other) {
        return new WorkAddition(queue, id, key, body, attributes, cause, retry, operation, other);
    }

    static void requireQueueName(String queue) {
        if (!QUEUE_NAME.matcher(queue).matches()) {
            throw new IllegalArgumentException(
                    "a queue's name is 1 to 128 letters, digits, dots, hyphens and underscores, not '" + queue + "'");
        }
    }

    private static void requireLength(String what, String text, int least) {
        if (text.length() < least || text.length() > LONGEST) {
            throw new IllegalArgumentException("the " + what + " of a work item has " + least + " to " + LONGEST
                    + " characters, not " + text.length());
        }
    }

    /**
     * When an item runs and what it does to others of its key.
     *
     * @param delay it waits at least so long
     * @param quiet with coalescing: it waits until nothing came for so long
     * @param maxWait with quiet: it does not wait longer than this in all; zero is without end
     * @param priority items of a higher one go first
     * @param coalesce what happens when an item of its key waits already
     * @param supersede whom of its key it replaces
     * @param wake with coalescing: whether the waiting item runs now even when it was deferred
     */
    public record Terms(Duration delay, Duration quiet, Duration maxWait, int priority, Coalesce coalesce,
            Supersede supersede, boolean wake) {
        /** At once, beside everything else. */
        public static final Terms NOW =
                new Terms(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, Coalesce.NONE, Supersede.NONE, false);

        /** Checks the durations. */
        public Terms {
            if (delay.isNegative() || quiet.isNegative() || maxWait.isNegative()) {
                throw new IllegalArgumentException("delay, quiet and maxWait of a work item cannot be negative");
            }
        }
    }

    /** What happens when an item of the same key waits already. */
    public enum Coalesce {
        /** There will be two. */
        NONE,
        /** The waiting one takes the new cause, body and attributes. */
        LATEST,
        /** The waiting one takes the new cause and keeps its own body and attributes. */
        FIRST
    }

    /** Whom a new item replaces. */
    public enum Supersede {
        /** Nobody. */
        NONE,
        /** Items of its key that wait. */
        WAITING,
        /** These, and it tells running ones to stop. */
        RUNNING
    }
}
