package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.EventHeaders;
import io.waystation.event.Position;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalComponentTest {
    @TempDir
    Path temp;

    private LogFixture log;

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    @Test
    void appendsAndConsumesAnEventWithItsAttributesAndExactBytes() throws Exception {
        List<Exchange> received = new CopyOnWriteArrayList<>();
        log.consume("group=g", exchange -> {
            received.add(exchange.copy());
            log.see(exchange);
        });

        Exchange appended = log.append(TestEvents.verified("e1", "c").body("{\"a\": 1}").build());

        log.awaitSeen("e1");
        Exchange exchange = received.get(0);
        assertThat(exchange.getMessage().getBody(byte[].class)).asString().isEqualTo("{\"a\": 1}");
        assertThat(exchange.getMessage().getHeader(EventHeaders.POSITION))
                .isEqualTo(appended.getMessage().getHeader(EventHeaders.POSITION))
                .isInstanceOf(Position.class);
        assertThat(exchange.getMessage().getHeader(EventHeaders.CHANNEL)).isEqualTo("c");
        assertThat(exchange.getProperty(EventHeaders.EVENT_PROPERTY)).isNotNull();
        assertThat(appended.getMessage().getHeader(EventHeaders.DUPLICATE)).isEqualTo(false);
    }

    @Test
    void aGroupGoesOnWhereItWasAfterARestart() throws Exception {
        log.consume("group=g", log::see);
        log.append(TestEvents.verified("e1", "c").build());
        log.awaitSeen("e1");
        log.restart();
        log.append(TestEvents.verified("e2", "c").build());

        log.consume("group=g", log::see);

        log.awaitSeen("e1", "e2");
    }

    @Test
    void aNewGroupsStartIsStoredBeforeItCommits() throws Exception {
        log.append(TestEvents.verified("before", "c").build());
        log.consume("group=g", log::see);
        log.stopRoutes();
        log.append(TestEvents.verified("while-down", "c").build());
        log.restart();

        log.consume("group=g", log::see);

        log.awaitSeen("while-down");
    }

    @Test
    void aNewGroupMayStartAtTheOldestEventOrBehindAPosition() throws Exception {
        Exchange first = log.append(TestEvents.verified("e1", "c").build());
        log.append(TestEvents.verified("e2", "c").build());
        List<String> behind = new CopyOnWriteArrayList<>();

        log.consume("group=all&from=oldest", log::see);
        log.consume("group=behind&from=" + first.getMessage().getHeader(EventHeaders.POSITION),
                exchange -> behind.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class)));

        log.awaitSeen("e1", "e2");
        await().untilAsserted(() -> assertThat(behind).containsExactly("e2"));
    }

    @Test
    void aGroupPassesOverWhatItsBeanDoesNotAcceptAndCommitsBehindIt() throws Exception {
        Predicate<Event> wanted = event -> !"e2".equals(event.id());
        log.context().getRegistry().bind("wanted", wanted);
        log.consume("group=g&accept=#bean:wanted", log::see);

        log.append(TestEvents.verified("e1", "c").build());
        log.append(TestEvents.verified("e2", "c").build());
        log.append(TestEvents.verified("e3", "c").build());

        log.awaitSeen("e1", "e3");
        log.restart();
        log.consume("group=g", log::see);
        log.append(TestEvents.verified("e4", "c").build());
        log.awaitSeen("e1", "e3", "e4");
    }

    @Test
    void groupsSeeVerifiedEventsOnlyUnlessTheyAskForAny() throws Exception {
        List<String> any = new CopyOnWriteArrayList<>();
        log.consume("group=careful", log::see);
        log.consume("group=any&verified=any", exchange -> any.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class)));

        log.append(TestEvents.unverified("forged", "c").build());
        log.append(TestEvents.verified("real", "c").build());

        log.awaitSeen("real");
        await().untilAsserted(() -> assertThat(any).containsExactly("forged", "real"));
    }

    @Test
    void filtersByTypesSourcesAndChannels() throws Exception {
        log.consume("group=g&types=com.github.release.*,com.gitlab.*&sources=/github/*&channels=up*", log::see);

        log.append(TestEvents.verified("type", "upstreams").type("com.github.push").build());
        log.append(TestEvents.verified("source", "upstreams").source("/gitlab/a/b").build());
        log.append(TestEvents.verified("channel", "other").build());
        log.append(TestEvents.verified("wanted", "upstreams").build());

        log.awaitSeen("wanted");
    }

    @Test
    void eventsOfOneKeyKeepTheirOrderWhileOtherKeysRunBesideThem() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        log.consume("group=g&concurrency=4", exchange -> {
            if ("stuck-1".equals(exchange.getMessage().getHeader(EventHeaders.ID))) {
                release.await(120, TimeUnit.SECONDS);
            }
            log.see(exchange);
        });

        log.append(TestEvents.verified("stuck-1", "c").key("stuck").build());
        log.append(TestEvents.verified("stuck-2", "c").key("stuck").build());
        for (int i = 0; i < 50; i++) {
            log.append(TestEvents.verified("free-" + i, "c").key("free").build());
        }

        await().untilAsserted(() -> assertThat(log.seen()).hasSize(50).doesNotContain("stuck-1", "stuck-2"));
        await().untilAsserted(() -> assertThat(log.status("g").lowWater()).isZero());
        release.countDown();
        await().untilAsserted(() -> assertThat(log.seen()).endsWith("stuck-1", "stuck-2"));
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
    }

    @Test
    void whatWasFinishedAboveAStuckRecordIsNotRepeatedAfterARestart() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean stopping = new AtomicBoolean();
        Processor step = exchange -> {
            String id = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
            if (id.equals("stuck") && !stopping.get()) {
                release.await(120, TimeUnit.SECONDS);
                throw new IllegalStateException("interrupted by the stop");
            }
            log.seen().add(id);
        };
        log.consume("group=g&concurrency=2", step);
        log.append(TestEvents.verified("stuck", "c").key("stuck").build());
        log.append(TestEvents.verified("free-1", "c").key("free").build());
        log.append(TestEvents.verified("free-2", "c").key("free").build());
        log.awaitSeen("free-1", "free-2");
        await().until(() -> log.progress("g").finished().equals("2-3"));
        stopping.set(true);
        Thread later = new Thread(() -> await().until(() -> {
            release.countDown();
            return true;
        }));
        later.start();
        log.restart();

        log.consume("group=g&concurrency=2", step);

        log.awaitSeen("free-1", "free-2", "stuck");
    }

    @Test
    void aRepeatedDeliveryThatLeftNoDeadLetterDoesNotWaitForTheStoresWriter() throws Exception {
        Exchange first = log.append(TestEvents.verified("e1", "c").deliveryId("d-1").build());
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Boolean> writing = log.store().write(handle -> release.await(120, TimeUnit.SECONDS));

        Exchange second = log.append(TestEvents.verified("e2", "c").deliveryId("d-1").build());

        assertThat(writing).isNotDone();
        release.countDown();
        assertThat(second.getException()).isNull();
        assertThat(second.getMessage().getHeader(EventHeaders.DUPLICATE)).isEqualTo(true);
        assertThat(second.getMessage().getHeader(EventHeaders.POSITION))
                .isEqualTo(first.getMessage().getHeader(EventHeaders.POSITION));
    }

    @Test
    void anEffectIsCommittedWithThePositionOrNotAtAll() throws Exception {
        log.store().writeNow(handle -> handle.execute("CREATE TABLE effect (id TEXT PRIMARY KEY)"));
        log.consume("group=g", exchange -> {
            String id = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
            GroupTransaction.of(exchange).orElseThrow().enlist(
                    handle -> handle.execute("INSERT INTO effect VALUES (?)", id.substring(0, 1)));
            if (id.equals("b-fails")) {
                throw new IllegalStateException("after the effect was enlisted");
            }
        });

        log.append(TestEvents.verified("a", "c").build());
        log.append(TestEvents.verified("b-fails", "c").build());
        log.append(TestEvents.verified("a-again", "c").build());
        log.append(TestEvents.verified("c", "c").build());

        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
        assertThat(log.store().<List<String>>read(handle -> handle.createQuery("SELECT id FROM effect ORDER BY id")
                .mapTo(String.class).list())).containsExactly("a", "c");
        assertThat(log.deadLettersOf("g")).extracting(letter -> letter.event().event().id())
                .containsExactlyInAnyOrder("b-fails", "a-again");
    }

    @Test
    void aReaderWithoutAGroupGetsContinuousBatchesFromTheTail() throws Exception {
        log.append(TestEvents.verified("before", "c").build());
        List<EventBatch> batches = new CopyOnWriteArrayList<>();
        log.consume("batch=true&verified=any", exchange -> batches.add(exchange.getMessage().getBody(EventBatch.class)));

        for (int i = 0; i < 20; i++) {
            log.append(TestEvents.unverified("e" + i, "c").build());
        }

        await().untilAsserted(() -> assertThat(batches.stream().mapToInt(batch -> batch.events().size()).sum()).isEqualTo(20));
        long after = 1;
        for (EventBatch batch : batches) {
            assertThat(batch.after()).isEqualTo(after);
            after = batch.last();
        }
        assertThat(after).isEqualTo(21);
    }

    @Test
    void aReaderGoesOnAfterAStepOrABeanThatLeavesItsThreadInterrupted() throws Exception {
        List<String> tail = new CopyOnWriteArrayList<>();
        log.consume("verified=any", exchange -> {
            tail.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class));
            Thread.currentThread().interrupt();
        });
        Predicate<Event> interrupting = event -> {
            Thread.currentThread().interrupt();
            return true;
        };
        log.context().getRegistry().bind("interrupting", interrupting);
        log.consume("group=g&accept=#bean:interrupting", log::see);

        log.append(TestEvents.verified("e1", "c").build());
        log.awaitSeen("e1");
        await().untilAsserted(() -> assertThat(tail).containsExactly("e1"));
        log.append(TestEvents.verified("e2", "c").build());

        log.awaitSeen("e1", "e2");
        await().untilAsserted(() -> assertThat(tail).containsExactly("e1", "e2"));
        assertThat(log.groups().stranded()).isEmpty();
    }

    @Test
    void twoConsumersOfOneGroupAreRefused() throws Exception {
        log.consume("group=g", log::see);

        assertThatThrownBy(() -> log.consume("group=g&concurrency=2", log::see))
                .hasStackTraceContaining("the group 'g' has a consumer in this hub already");
    }
}
