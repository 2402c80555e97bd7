package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.waystation.work.WorkFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that are owed to endpoints, as deliveries find them when they are no longer in memory. */
class DeliveryEventsTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    Path temp;

    private WorkFixture work;

    @BeforeEach
    void open() throws Exception {
        work = WorkFixture.open(temp);
    }

    @AfterEach
    void close() throws Exception {
        work.close();
    }

    private static DeliveryEvent event(int number, byte[] body) {
        return new DeliveryEvent(String.format("event-%05d", number), "shop", "/s", "com.github.push", number % 2 == 0 ? null : "s" + number, TIME,
                "application/json", body);
    }

    private void keep(List<DeliveryEvent> events) {
        DeliveryEvents rows = new DeliveryEvents(work.store(), 16 << 20);
        work.store().writeNow(handle -> {
            for (DeliveryEvent event : events) {
                rows.keep(handle, event, TIME);
            }
            return null;
        });
    }

    private static void assertFound(DeliveryEvents events, DeliveryEvent wanted) {
        DeliveryEvent found = events.find(wanted.id()).orElseThrow();
        assertThat(found).usingRecursiveComparison().isEqualTo(wanted);
    }

    @Test
    void findsEachEventWhateverTheOrderAndNoneThatIsNotKept() {
        List<DeliveryEvent> all = new ArrayList<>();
        for (int i = 0; i < 600; i += 2) {
            all.add(event(i, ("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
        }
        keep(all);

        DeliveryEvents inOrder = new DeliveryEvents(work.store(), 16 << 20);
        all.forEach(wanted -> assertFound(inOrder, wanted));
        List<DeliveryEvent> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(7));
        DeliveryEvents anyOrder = new DeliveryEvents(work.store(), 16 << 20);
        shuffled.forEach(wanted -> assertFound(anyOrder, wanted));
        DeliveryEvents fresh = new DeliveryEvents(work.store(), 16 << 20);
        assertThat(fresh.find("event-00001")).as("the next one is there").isEmpty();
        assertThat(fresh.find("event-99999")).isEmpty();
        assertFound(fresh, all.get(1));
    }

    @Test
    void readsFewLargeEventsAheadAndKeepsNoneInMemoryThatIsTooLarge() {
        List<DeliveryEvent> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            byte[] body = new byte[300 << 10];
            Arrays.fill(body, (byte) i);
            all.add(event(i, body));
        }
        keep(all);

        DeliveryEvents events = new DeliveryEvents(work.store(), 16 << 20);
        all.forEach(wanted -> assertFound(events, wanted));
    }
}
