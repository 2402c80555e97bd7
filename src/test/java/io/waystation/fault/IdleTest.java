package io.waystation.fault;

import java.nio.file.Path;
import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;

/** A hub with nothing to do does nothing. */
class IdleTest {
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration AT_MOST = Duration.ofMillis(400);

    @TempDir
    Path data;

    @Test
    void anIdleHubLeavesTheProcessorAlone() throws Exception {
        try (HubProcess hub = new HubProcess(data).start()) {
            Duration[] before = {hub.processorTime()};
            Awaitility.await().pollDelay(LOOK).pollInterval(LOOK).until(() -> {
                Duration now = hub.processorTime();
                Duration used = now.minus(before[0]);
                before[0] = now;
                return used.compareTo(AT_MOST) < 0;
            });
        }
    }
}
