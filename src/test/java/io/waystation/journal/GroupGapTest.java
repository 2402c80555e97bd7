package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

import io.waystation.event.EventHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupGapTest {
    private static final int EVENTS = 150;

    @TempDir
    Path temp;

    @Test
    void aGroupThatLosesEventsToTheSizeLimitGetsAGapRecordAndGoesOn() throws Exception {
        JournalSettings small = JournalSettings.DEFAULTS.withSegments(256 << 10, Duration.ofDays(1))
                .withRetention(Duration.ofDays(30), 2 << 20);
        List<String> seen = new CopyOnWriteArrayList<>();
        byte[] body = new byte[20 << 10];
        try (LogFixture log = LogFixture.open(temp, small)) {
            log.route("reader", "journal:events?group=slow", exchange -> { });
            log.stopRoutes();
            for (int i = 0; i < EVENTS; i++) {
                new Random(i).nextBytes(body);
                log.append(TestEvents.verified("e" + i, "c").body(body.clone()).build());
            }
            log.journal().retain();
            log.route("again", "journal:events?group=slow",
                    exchange -> seen.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class)));

            await().untilAsserted(() -> assertThat(log.status("slow").lag()).isZero());
            long lost = log.groups().gaps().stream().mapToLong(GroupGap::lost).sum();
            assertThat(lost).isPositive();
            assertThat(seen).doesNotHaveDuplicates().hasSize((int) (EVENTS - lost)).endsWith("e" + (EVENTS - 1));
        }
    }
}
