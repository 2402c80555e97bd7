package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.waystation.MovableClock;
import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the log with a plain list under random appends, reads, rolls and reopenings. */
class JournalModelTest {
    private static final int STEPS = 120;
    private static final byte[] NO_BODY = {};

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));
    private final List<PositionedEvent> model = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void readsWhatAPlainListWouldHold(long seed) {
        Random random = new Random(seed);
        JournalSettings settings = JournalSettings.DEFAULTS
                .withSegments(random.nextBoolean() ? 200_000 : 256L << 20, Duration.ofHours(1))
                .withCache(random.nextBoolean() ? 60_000 : 32L << 20)
                .withBatch(1 + random.nextInt(200), 1 << 20);
        Journal journal = open(settings);
        try {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> appendSome(journal, random);
                    case 4 -> clock.move(Duration.ofSeconds(random.nextInt(600) - 100));
                    case 5 -> {
                        if (random.nextInt(4) == 0) {
                            journal.close();
                            journal = open(settings);
                        }
                    }
                    case 6, 7, 8 -> readAll(journal, random);
                    case 9, 10 -> readChannel(journal, random);
                    default -> find(journal, random);
                }
            }
            assertThat(journal.tail().offset()).isEqualTo(model.size());
        } finally {
            journal.close();
        }
    }

    private Journal open(JournalSettings settings) {
        return Journal.open(folder, settings, DeliveryIndex.NONE, clock);
    }

    private void appendSome(Journal journal, Random random) {
        int count = random.nextInt(5) == 0 ? random.nextInt(300) : random.nextInt(8);
        List<Event> events = new ArrayList<>();
        List<CompletableFuture<Appended>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = random.nextInt(60) == 0 ? random.nextInt(1_500_000) : random.nextInt(3_000);
            Events next = Events.event().channel("c" + random.nextInt(4)).type("t" + random.nextInt(3))
                    .source("/s/" + random.nextInt(3)).randomBody(random, size);
            Event event = random.nextInt(3) == 0 ? next.unverified().build() : next.build();
            events.add(event);
            futures.add(journal.append(event, Runnable::run));
        }
        List<PositionedEvent> written = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            written.add(new PositionedEvent(futures.get(i).join().position(), events.get(i)));
        }
        written.sort((a, b) -> a.position().compareTo(b.position()));
        for (PositionedEvent event : written) {
            assertThat(event.position().offset()).isEqualTo(model.size() + 1L);
            assertThat(event.position().millis())
                    .isGreaterThanOrEqualTo(model.isEmpty() ? 0 : model.get(model.size() - 1).position().millis());
            model.add(event);
        }
    }

    private void readAll(Journal journal, Random random) {
        EventFilter filter = new EventFilter(random.nextBoolean() ? List.of() : List.of("t" + random.nextInt(3)),
                random.nextBoolean() ? List.of() : List.of("/s/*" + random.nextInt(3)),
                random.nextBoolean() ? List.of() : List.of("c1", "c" + random.nextInt(4)), random.nextBoolean());
        long after = random.nextInt(model.size() + 2);
        int limit = 1 + random.nextInt(200);
        long bytes = 1 + random.nextInt(500_000);
        check(journal.read(after, filter, limit, bytes), after, filter::accepts, limit, bytes);
    }

    private void readChannel(Journal journal, Random random) {
        String channel = "c" + random.nextInt(5);
        long after = random.nextInt(model.size() + 2);
        int limit = 1 + random.nextInt(200);
        long bytes = 1 + random.nextInt(500_000);
        check(journal.read(channel, after, limit, bytes), after, event -> event.channel().equals(channel), limit,
                bytes);
    }

    private void check(EventBatch read, long after, Predicate<Event> wanted, int limit, long maxBytes) {
        List<PositionedEvent> expected = new ArrayList<>();
        long bytes = 0;
        long last = Math.max(after, model.size());
        for (PositionedEvent event : model) {
            if (event.position().offset() > after && wanted.test(event.event())) {
                expected.add(event);
                bytes += event.event().weight();
                if (expected.size() == limit || bytes >= maxBytes) {
                    last = event.position().offset();
                    break;
                }
            }
        }
        assertThat(read.lost()).isZero();
        assertThat(read.after()).isEqualTo(after);
        assertThat(read.last()).isEqualTo(last);
        assertSame(read.events(), expected);
    }

    private void find(Journal journal, Random random) {
        long offset = random.nextInt(model.size() + 2);
        boolean exists = offset >= 1 && offset <= model.size();
        assertSame(journal.find(offset).stream().toList(),
                exists ? List.of(model.get((int) offset - 1)) : List.of());
    }

    private static void assertSame(List<PositionedEvent> read, List<PositionedEvent> expected) {
        assertThat(read).hasSameSizeAs(expected);
        for (int i = 0; i < read.size(); i++) {
            Event event = read.get(i).event();
            Event other = expected.get(i).event();
            assertThat(read.get(i).position()).isEqualTo(expected.get(i).position());
            assertThat(event.body()).isEqualTo(other.body());
            assertThat(withoutBody(event)).isEqualTo(withoutBody(other));
        }
    }

    private static Event withoutBody(Event event) {
        return new Event(event.id(), event.channel(), event.source(), event.type(), event.subject(), event.time(),
                event.key(), event.verified(), event.deliveryId(), event.replayOf(), event.method(), event.path(),
                event.query(), event.headers(), NO_BODY);
    }
}
