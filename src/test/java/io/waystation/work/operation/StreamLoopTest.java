package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class StreamLoopTest {
    private final AtomicInteger tasks = new AtomicInteger();
    private final Executor executor = task -> {
        tasks.incrementAndGet();
        task.run();
    };
    private final StreamLoop loop = new StreamLoop(executor);

    /** A stream without a connection: whatever it does fails, also its own end. */
    private OperationStream broken() {
        OperationStream stream = new OperationStream(null, null, null, 0);
        loop.add(stream);
        return stream;
    }

    @Test
    void aStreamThatFailsKeepsNothingFromTheOthers() {
        List<OperationStream> streams = List.of(broken(), broken(), broken());
        List<OperationStream> seen = new ArrayList<>();

        loop.each(stream -> {
            seen.add(stream);
            if (seen.size() == 1) {
                throw new IllegalStateException("the first");
            }
            throw new StackOverflowError("another");
        });

        assertThat(seen).containsExactlyElementsOf(streams);
    }

    @Test
    void thereAreFurtherRoundsAfterOneInWhichStreamsFailed() {
        broken();

        loop.signal();
        loop.signal();

        assertThat(tasks).as("one task for each round").hasValue(2);
    }
}
