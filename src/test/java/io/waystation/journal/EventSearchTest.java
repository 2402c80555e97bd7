package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.waystation.event.EventBatch;
import io.waystation.store.GroupTransaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSearchTest {
    @TempDir
    Path temp;

    private LogFixture log;
    private EventSearch search;

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
        search = new EventSearch(log.journal(), log.index());
        log.route("recorder", "journal:events?group=recorder&batch=true&verified=any&from=oldest", exchange -> log.index()
                .record(exchange.getMessage().getBody(EventBatch.class), GroupTransaction.of(exchange).orElseThrow()));
        for (int i = 1; i <= 30; i++) {
            log.append(TestEvents.verified("e" + i, i % 2 == 0 ? "even" : "odd").build());
        }
        await().until(() -> log.index().indexedTo() == 30);
        log.stopRoutes();
        for (int i = 31; i <= 50; i++) {
            log.append(TestEvents.verified("e" + i, i % 2 == 0 ? "even" : "odd").build());
        }
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    @Test
    void joinsTheIndexAndTheLogWithoutGapOrRepetition() {
        for (int limit : new int[] {1, 7, 20, 21, 100}) {
            List<Long> offsets = new ArrayList<>();
            long before = Long.MAX_VALUE;
            while (before > 0) {
                EventSearch.Page page = search.list(EventFilter.ALL, before, limit);
                page.events().forEach(entry -> offsets.add(entry.position().offset()));
                before = page.before();
            }
            assertThat(offsets).hasSize(50).isSortedAccordingTo((a, b) -> Long.compare(b, a)).doesNotHaveDuplicates();
        }
    }

    @Test
    void listsOneChannel() {
        EventFilter odd = new EventFilter(List.of(), List.of(), List.of("odd"), false);

        assertThat(search.list(odd, Long.MAX_VALUE, 100).events()).hasSize(25)
                .allMatch(entry -> entry.channel().equals("odd"));
    }

    @Test
    void aSearchLooksAtABoundedPartOfTheLogHoweverFarTheIndexIsBehind() {
        EventFilter odd = new EventFilter(List.of(), List.of(), List.of("odd"), false);
        appendUnindexed(25_000);

        EventSearch.Page first = search.list(odd, Long.MAX_VALUE, 10);

        assertThat(first.events()).isEmpty();
        assertThat(first.before()).as("there is more, further on").isBetween(10_000L, 20_000L);
        List<Long> offsets = new ArrayList<>();
        for (long before = first.before(); before > 0;) {
            EventSearch.Page page = search.list(odd, before, 10);
            page.events().forEach(entry -> offsets.add(entry.position().offset()));
            before = page.before();
        }
        assertThat(offsets).hasSize(25).isSortedAccordingTo((a, b) -> Long.compare(b, a)).startsWith(49L).endsWith(1L);
        assertThat(search.list(EventFilter.ALL, Long.MAX_VALUE, 3).events()).extracting(IndexEntry::id)
                .containsExactly("n25000", "n24999", "n24998");
    }

    @Test
    void saysThatItCannotTellRatherThanThatAnEventIsNotThere() {
        appendUnindexed(12_000);

        assertThat(search.find("e3")).as("is indexed").isPresent();
        assertThat(search.find("n11000")).as("is among the newest").isPresent();
        assertThatThrownBy(() -> search.find("e45")).isInstanceOf(IndexBehindException.class)
                .hasMessageContaining("12020 events are not indexed yet").hasMessageContaining("ask by position");
    }

    private void appendUnindexed(int count) {
        CompletableFuture<?>[] appends = new CompletableFuture<?>[count];
        for (int i = 0; i < count; i++) {
            appends[i] = log.journal().append(TestEvents.verified("n" + (i + 1), "new").build(), Runnable::run);
            if (i % 500 == 0) {
                appends[i].join(); // no more than the log's queue takes
            }
        }
        CompletableFuture.allOf(appends).join();
    }

    @Test
    void findsAnEventByItsIdWhetherIndexedOrNot() {
        assertThat(search.find("e3").orElseThrow().position().offset()).isEqualTo(3);
        assertThat(search.find("e45").orElseThrow().position().offset()).isEqualTo(45);
        assertThat(search.find("nothing")).isEmpty();
    }
}
