package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.waystation.MovableClock;
import io.waystation.event.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDuplicatesTest {
    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));
    private final MemoryIndex index = new MemoryIndex();

    private Journal open() {
        return open(JournalSettings.DEFAULTS);
    }

    private Journal open(JournalSettings settings) {
        return Journal.open(folder, settings, index, clock);
    }

    private static Appended append(Journal journal, Event event) {
        return journal.append(event, Runnable::run).join();
    }

    @Test
    void answersARepetitionWithTheFirstPositionFromMemoryIndexAndAfterRestarts() {
        try (Journal journal = open()) {
            Appended first = append(journal, event().delivery("d-1").build());
            assertThat(first.duplicate()).isFalse();
            assertThat(append(journal, event().delivery("d-1").build()))
                    .isEqualTo(new Appended(first.position(), true));
        }
        try (Journal journal = open()) {
            Appended again = append(journal, event().delivery("d-1").build());
            assertThat(again.duplicate()).isTrue();
            assertThat(again.position().offset()).isEqualTo(1);
            index.catchUp(journal);
            assertThat(append(journal, event().delivery("d-2").build()).duplicate()).isFalse();
        }
        try (Journal journal = open()) {
            assertThat(append(journal, event().delivery("d-1").build()).position().offset()).isEqualTo(1);
            assertThat(append(journal, event().delivery("d-2").build()).position().offset()).isEqualTo(2);
            assertThat(journal.tail().offset()).isEqualTo(2);
            assertThat(journal.statistics().duplicates()).isEqualTo(2);
        }
    }

    @Test
    void findsRepetitionsAmongManyAppendsAtOnce() {
        try (Journal journal = open()) {
            List<CompletableFuture<Appended>> appends = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                appends.add(journal.append(event().delivery("d-" + i % 100).channel("c" + i % 7).build(), Runnable::run));
            }
            long[] firsts = new long[100];
            for (int i = 0; i < appends.size(); i++) {
                Appended appended = appends.get(i).join();
                assertThat(appended.duplicate()).isEqualTo(i >= 100);
                if (i < 100) {
                    firsts[i] = appended.position().offset();
                }
                assertThat(appended.position().offset()).isEqualTo(firsts[i % 100]);
            }
            assertThat(journal.tail().offset()).isEqualTo(100);
        }
    }

    @Test
    void keepsSourcesAndChannelsApart() {
        try (Journal journal = open()) {
            append(journal, event().delivery("d").channel("a").build());
            assertThat(append(journal, event().delivery("d").channel("b").build()).duplicate()).isTrue();
            assertThat(append(journal, event().delivery("d").channel("hub").unverified().build()).duplicate()).isFalse();
            assertThat(append(journal, event().delivery("d").channel("b").unverified().build()).duplicate()).isFalse();
            assertThat(append(journal, event().delivery("d").channel("b").unverified().build()).duplicate()).isTrue();
        }
    }

    @Test
    void forgetsDeliveriesAfterTheWindow() {
        try (Journal journal = open()) {
            append(journal, event().delivery("memory").build());
            clock.move(Duration.ofDays(6));
            append(journal, event().delivery("index").build());
            index.catchUp(journal);
            assertThat(append(journal, event().delivery("memory").build()).duplicate()).isTrue();
            clock.move(Duration.ofDays(2));
            assertThat(append(journal, event().delivery("memory").build()).duplicate()).isFalse();
            assertThat(append(journal, event().delivery("memory").build()).duplicate()).isTrue();
            assertThat(append(journal, event().delivery("index").build()).duplicate()).isTrue();
        }
    }

    @Test
    void refusesEventsWithAnIdWhileTheIndexIsBrokenAndTakesOthers() {
        try (Journal journal = open()) {
            append(journal, event().delivery("known").build());
            index.breakDown(true);
            assertThatThrownBy(() -> append(journal, event().delivery("new").build())).cause()
                    .isInstanceOfSatisfying(JournalFullException.class,
                            full -> assertThat(full.code()).isEqualTo(JournalFullException.INDEX_BEHIND));
            assertThat(append(journal, event().delivery("known").build()).duplicate()).isTrue();
            assertThat(append(journal, event().build()).position().offset()).isEqualTo(2);
            index.breakDown(false);
            assertThat(append(journal, event().delivery("new").build()).position().offset()).isEqualTo(3);
        }
    }

    @Test
    void refusesWhenTheIndexIsFarBehindAndGoesOnWhenItHasCaughtUp() {
        JournalSettings small = JournalSettings.DEFAULTS.withDuplicates(Duration.ofDays(7), 50).withBatch(10, 1 << 20);
        try (Journal journal = open(small)) {
            for (int i = 0; i < 50; i++) {
                append(journal, event().delivery("d-" + i).build());
            }
            assertThatThrownBy(() -> append(journal, event().delivery("more").build())).cause()
                    .isInstanceOfSatisfying(JournalFullException.class,
                            full -> assertThat(full.code()).isEqualTo(JournalFullException.INDEX_BEHIND));
            index.catchUp(journal);
            assertThat(append(journal, event().delivery("more").build()).position().offset()).isEqualTo(51);
            assertThat(append(journal, event().delivery("d-7").build()).position().offset()).isEqualTo(8);
        }
    }
}
