package io.waystation.work;

import java.time.Duration;

/**
 * How a consumer runs the items of a queue.
 *
 * @param queue name of the queue
 * @param concurrency attempts at once
 * @param keyConcurrency attempts at once of one key
 * @param ordered whether an item that waits holds back the later ones of its key
 * @param retry schedule of items without one of their own
 * @param jitter a wait is longer by up to this part of it, at random, 0 to 1
 * @param maxLost an item becomes a dead letter when the process ended more often than this, in a row, while it ran
 * @param timeLimit an attempt over this is told to stop and counts as failed; zero is without limit
 * @param keep how long items that ended well, or were cancelled or superseded, are known; zero for the component's setting
 */
record QueueOptions(String queue, int concurrency, int keyConcurrency, boolean ordered, RetrySchedule retry, double jitter,
        int maxLost, Duration timeLimit, Duration keep) {
    private static final int MOST_CONCURRENT = 10_000;

    QueueOptions {
        WorkAddition.requireQueueName(queue);
        require(concurrency >= 1 && concurrency <= MOST_CONCURRENT, queue, "concurrency must be from 1 to " + MOST_CONCURRENT);
        require(keyConcurrency >= 1 && keyConcurrency <= MOST_CONCURRENT, queue,
                "keyConcurrency must be from 1 to " + MOST_CONCURRENT);
        require(!ordered || keyConcurrency == 1, queue, "ordered needs keyConcurrency=1");
        require(jitter >= 0 && jitter <= 1, queue, "retryJitter must be from 0 to 1");
        require(maxLost >= 0, queue, "maxLost cannot be negative");
        require(!timeLimit.isNegative() && !keep.isNegative(), queue, "timeLimit and keep cannot be negative");
    }

    private static void require(boolean condition, String queue, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException("work:" + queue + ": " + otherwise);
        }
    }
}
