package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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

    @Test
    void theLogKeepsEventsForAGroupWithoutARouteUntilItIsForgotten() throws Exception {
        JournalSettings settings = JournalSettings.DEFAULTS.withSegments(1, Duration.ofDays(1)).withRetention(Duration.ZERO, 1L << 40);
        try (LogFixture log = LogFixture.open(temp, settings)) {
            log.route("reader", "journal:events?group=gone", exchange -> { });
            assertThatThrownBy(() -> log.groups().forget("gone")).isInstanceOf(GroupConsumedException.class)
                    .hasMessageContaining("remove or stop that route first");
            log.stopRoutes();
            for (int i = 0; i < 3; i++) {
                log.append(TestEvents.verified("e" + i, "c").build());
            }
            log.journal().retain();
            assertThat(log.status("gone").running()).isFalse();
            assertThat(log.journal().oldestOffset()).isEqualTo(1);

            assertThat(log.groups().forget("gone")).isTrue();

            await().untilAsserted(() -> {
                log.journal().retain();
                assertThat(log.journal().oldestOffset()).isGreaterThan(1);
            });
            assertThat(log.groups().list()).isEmpty();
            assertThat(log.groups().forget("gone")).isFalse();
        }
    }
}
