package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.EventHeaders;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of events and batches whose route fails. */
class GroupFailureTest {
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
    void aFailedRecordBecomesADeadLetterAndTheGroupGoesOn() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        log.consume("group=g", exchange -> {
            if (broken.get() && "bad".equals(exchange.getMessage().getHeader(EventHeaders.ID))) {
                throw new IllegalArgumentException("cannot read this");
            }
            log.see(exchange);
        });
        log.append(TestEvents.verified("bad", "c").body("keep me").build());
        log.append(TestEvents.verified("good", "c").build());
        log.awaitSeen("good");
        await().untilAsserted(() -> assertThat(log.deadLettersOf("g")).hasSize(1));

        DeadLetter letter = log.deadLettersOf("g").get(0);
        assertThat(letter.reason()).isEqualTo("cannot read this");
        assertThat(letter.errorClass()).isEqualTo(IllegalArgumentException.class.getName());
        assertThat(letter.attempts()).isEqualTo(1);
        assertThat(letter.routeId()).startsWith("from-");
        assertThat(log.deadLetters().find(letter.id()).orElseThrow().event().event().body()).asString().isEqualTo("keep me");

        assertThat(log.deadLetters().requeue(List.of(letter.id()))).isEqualTo(1);
        await().untilAsserted(() -> assertThat(log.deadLetters().find(letter.id()).orElseThrow().attempts()).isEqualTo(2));
        broken.set(false);
        log.deadLetters().requeue(List.of(letter.id()));

        log.awaitSeen("good", "bad");
        await().untilAsserted(() -> assertThat(log.deadLetters().find(letter.id())).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&batch=true"})
    void anEventThatCannotBeAskedAboutIsADeadLetterAndHoldsUpNoOthers(String mode) throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Predicate<Event> accept = event -> {
            if (broken.get() && event.id().startsWith("odd")) {
                throw new IllegalArgumentException("no such field");
            }
            return !event.id().endsWith("unwanted");
        };
        log.context().getRegistry().bind("mine", accept);
        for (String id : List.of("e1", "odd", "e2", "unwanted", "odd-unwanted", "e3")) {
            log.append(TestEvents.verified(id, "c").build());
        }
        log.consume("group=g&from=oldest&accept=#bean:mine" + mode, exchange -> {
            if (exchange.getMessage().getBody() instanceof EventBatch batch) {
                batch.events().forEach(record -> log.seen().add(record.event().id()));
            } else {
                log.see(exchange);
            }
        });

        log.awaitSeen("e1", "e2", "e3");
        await().untilAsserted(() -> assertThat(log.deadLettersOf("g"))
                .extracting(letter -> letter.event().event().id(), DeadLetter::reason, DeadLetter::errorClass)
                .containsExactlyInAnyOrder(tuple("odd", "no such field", IllegalArgumentException.class.getName()),
                        tuple("odd-unwanted", "no such field", IllegalArgumentException.class.getName())));
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());

        List<String> letters = log.deadLettersOf("g").stream().map(DeadLetter::id).toList();
        log.deadLetters().requeue(letters);
        await().untilAsserted(() -> assertThat(log.deadLettersOf("g")).as("asked about again")
                .extracting(DeadLetter::attempts).containsExactly(2, 2));
        broken.set(false);
        log.deadLetters().requeue(letters);

        log.awaitSeen("e1", "e2", "e3", "odd");
        await().untilAsserted(() -> assertThat(log.deadLetters().count("g")).isZero());
    }

    @Test
    void eventsAroundOneThatCannotBeAskedAboutAreNotHandledAgainAfterARestart() throws Exception {
        Predicate<Event> accept = event -> {
            if (event.id().startsWith("odd")) {
                throw new StackOverflowError();
            }
            return true;
        };
        log.context().getRegistry().bind("mine", accept);
        for (String id : List.of("odd1", "e1", "odd2", "odd3", "e2")) {
            log.append(TestEvents.verified(id, "c").build());
        }
        String from = "group=g&batch=true&from=oldest&accept=#bean:mine";
        Processor step = exchange -> exchange.getMessage().getBody(EventBatch.class).events()
                .forEach(record -> log.seen().add(record.event().id()));
        log.consume(from, step);
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());

        log.restart();
        log.context().getRegistry().bind("mine", accept);
        log.consume(from, step);
        log.append(TestEvents.verified("e3", "c").build());

        log.awaitSeen("e1", "e2", "e3");
        assertThat(log.deadLetters().count("g")).isEqualTo(3);
    }

    @Test
    void aRecordThatOverflowsTheStackIsADeadLetterAndLeavesNothingInFlight() throws Exception {
        log.consume("group=g", exchange -> {
            if ("bad".equals(exchange.getMessage().getHeader(EventHeaders.ID))) {
                deep(0);
            }
            log.see(exchange);
        });
        log.append(TestEvents.verified("bad", "c").build());
        log.append(TestEvents.verified("good", "c").build());

        log.awaitSeen("good");
        await().untilAsserted(() -> assertThat(log.deadLettersOf("g")).hasSize(1));
        await().untilAsserted(() -> assertThat(log.context().getInflightRepository().size()).isZero()); // a stop waits for them
    }

    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    @Test
    void aDeadLetterIsKeptForItsTimeAndThenDeleted() throws Exception {
        log.consume("group=g", exchange -> {
            throw new IllegalStateException("always");
        });
        log.append(TestEvents.verified("e1", "c").build());
        await().until(() -> log.deadLetters().count("g") == 1);

        assertThat(deadLettersAfter(Duration.ofDays(89)).expire()).isZero();
        assertThat(log.deadLetters().count("g")).isOne();
        assertThat(deadLettersAfter(Duration.ofDays(91)).expire()).isOne();
        assertThat(log.deadLetters().count("g")).isZero();
    }

    private DeadLetters deadLettersAfter(Duration time) {
        return new DeadLetters(log.store(), Duration.ofDays(90), Clock.offset(Clock.systemUTC(), time));
    }

    @Test
    void aGroupThatStandsStillHoldsUpNeitherPostsNorTheRelayNorAnotherGroup() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch stands = new CountDownLatch(1);
        List<String> relayed = new CopyOnWriteArrayList<>();
        log.consume("group=stands", exchange -> {
            stands.countDown();
            released.await();
        });
        log.route("relay", "journal:events?batch=true&verified=any", exchange ->
                exchange.getMessage().getBody(EventBatch.class).events().forEach(record -> relayed.add(record.event().id())));
        log.consume("group=goes-on", log::see);

        log.append(TestEvents.verified("e1", "c").build());
        assertThat(stands.await(60, TimeUnit.SECONDS)).isTrue();
        Exchange posted = log.append(TestEvents.verified("e2", "c").build());

        assertThat(posted.getException()).isNull();
        log.awaitSeen("e1", "e2");
        await().untilAsserted(() -> assertThat(relayed).containsExactly("e1", "e2"));
        assertThat(released.getCount()).isOne();
        released.countDown();
    }

    @Test
    void aRepeatedDeliveryQueuesTheDeadLettersOfTheFirstOneAndNothingElse() throws Exception {
        Map<String, Integer> times = new ConcurrentHashMap<>();
        log.consume("group=well", exchange -> times.merge("well", 1, Integer::sum));
        log.consume("group=ill", exchange -> {
            if (times.merge("ill", 1, Integer::sum) == 1) {
                throw new IllegalStateException("down");
            }
        });
        Exchange first = log.append(TestEvents.verified("e1", "c").deliveryId("d-1").build());
        await().untilAsserted(() -> assertThat(log.deadLetters().count("ill")).isEqualTo(1));

        Exchange second = log.append(TestEvents.verified("e2", "c").deliveryId("d-1").build());

        assertThat(second.getMessage().getHeader(EventHeaders.DUPLICATE)).isEqualTo(true);
        assertThat(second.getMessage().getHeader(EventHeaders.POSITION))
                .isEqualTo(first.getMessage().getHeader(EventHeaders.POSITION));
        await().untilAsserted(() -> assertThat(times).containsEntry("ill", 2).containsEntry("well", 1));
        await().untilAsserted(() -> assertThat(log.deadLetters().count("ill")).isZero());
    }

    @Test
    void aFailedBatchIsTriedAgainUntilItSucceeds() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        log.consume("group=g&batch=true", exchange -> {
            if (broken.getAndSet(false)) {
                throw new IllegalStateException("once");
            }
            exchange.getMessage().getBody(EventBatch.class).events().forEach(record -> log.seen().add(record.event().id()));
        });

        log.append(TestEvents.verified("e1", "c").build());

        await().untilAsserted(() -> assertThat(log.seen()).containsExactly("e1"));
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
    }

    @Test
    void aBatchThatAlwaysFailsIsTakenApartAndOnlyTheEventAtFaultBecomesADeadLetter() throws Exception {
        log.consume("group=g&batch=true&batchAttempts=2", exchange -> {
            List<String> ids = exchange.getMessage().getBody(EventBatch.class).events().stream()
                    .map(record -> record.event().id()).toList();
            if (ids.contains("poison")) {
                throw new IllegalStateException("poisoned");
            }
            log.seen().addAll(ids);
        });
        for (String id : List.of("e1", "e2", "poison", "e3")) {
            log.journal().append(TestEvents.verified(id, "c").build(), Runnable::run);
        }
        log.append(TestEvents.verified("e4", "c").build());

        log.awaitSeen("e1", "e2", "e3", "e4");
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
        assertThat(log.deadLettersOf("g")).extracting(letter -> letter.event().event().id())
                .containsExactly("poison");
    }

    @Test
    void aBatchWhoseEffectAlwaysFailsIsTakenApartToo() throws Exception {
        log.store().writeNow(handle -> handle.execute("CREATE TABLE effect (id TEXT PRIMARY KEY)"));
        log.consume("group=g&batch=true&batchAttempts=2", exchange -> {
            GroupTransaction transaction = GroupTransaction.of(exchange).orElseThrow();
            exchange.getMessage().getBody(EventBatch.class).events().forEach(record -> transaction.enlist(
                    handle -> handle.execute("INSERT INTO effect VALUES (?)", record.event().id().substring(0, 2))));
        });
        for (String id : List.of("e1", "e1-again", "e2")) {
            log.journal().append(TestEvents.verified(id, "c").build(), Runnable::run);
        }
        log.append(TestEvents.verified("e3", "c").build());

        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
        assertThat(log.store().<List<String>>read(handle -> handle.createQuery("SELECT id FROM effect ORDER BY id")
                .mapTo(String.class).list())).containsExactly("e1", "e2", "e3");
        assertThat(log.deadLettersOf("g")).extracting(letter -> letter.event().event().id())
                .containsExactly("e1-again");
    }

    @Test
    void eventsInPlaceOfThoseOfANewerLogAreNotTakenForHandled() throws Exception {
        log.consume("group=g&from=oldest", log::see);
        log.journal().append(TestEvents.verified("e1", "c").build(), Runnable::run).join();
        log.awaitSeen("e1");
        await().untilAsserted(() -> assertThat(log.status("g").lowWater()).isEqualTo(1));
        log.stopRoutes();
        log.store().writeNow(handle -> handle.execute("UPDATE log_group SET finished = '1-3' WHERE name = 'g'"));
        log.restart(); // with the log as it was before 2 to 4

        log.consume("group=g&from=oldest", log::see);
        log.journal().append(TestEvents.verified("e2", "c").build(), Runnable::run).join();

        log.awaitSeen("e1", "e2");
    }

    @Test
    void anErrorInAnEffectIsTheFailureOfItsEventOnly() throws Exception {
        log.store().writeNow(handle -> handle.execute("CREATE TABLE effect (id TEXT)"));
        Processor step = exchange -> {
            EventBatch batch = exchange.getMessage().getBody() instanceof EventBatch several ? several : null;
            List<String> ids = batch == null ? List.of(exchange.getMessage().getHeader(EventHeaders.ID, String.class))
                    : batch.events().stream().map(record -> record.event().id()).toList();
            ids.forEach(id -> GroupTransaction.of(exchange).orElseThrow().enlist(handle -> {
                if (id.equals("bad")) {
                    throw new NoClassDefFoundError("of a driver that is not there");
                }
                return handle.execute("INSERT INTO effect VALUES (?)", batch == null ? id : "batch-" + id);
            }));
        };
        log.consume("group=single", step);
        log.consume("group=several&batch=true&batchAttempts=1", step);

        for (String id : List.of("e1", "bad", "e2")) {
            log.journal().append(TestEvents.verified(id, "c").build(), Runnable::run);
        }

        for (String group : List.of("single", "several")) {
            await().untilAsserted(() -> assertThat(log.deadLettersOf(group))
                    .extracting(letter -> letter.event().event().id(), DeadLetter::errorClass)
                    .containsExactly(tuple("bad", NoClassDefFoundError.class.getName())));
            await().untilAsserted(() -> assertThat(log.status(group)).extracting(GroupStatus::lowWater).isEqualTo(3L));
        }
        assertThat(log.store().<List<String>>read(handle -> handle.createQuery("SELECT id FROM effect").mapTo(String.class).list()))
                .containsExactlyInAnyOrder("e1", "e2", "batch-e1", "batch-e2");
    }

    @Test
    void aGroupWhoseCommitsFailStopsWithoutWaitingForThem() throws Exception {
        AtomicInteger commits = new AtomicInteger();
        log.consume("group=g", exchange -> GroupTransaction.of(exchange).orElseThrow().enlist(handle -> commits.incrementAndGet()));
        log.store().writeNow(handle -> handle.execute("DELETE FROM log_group"));
        log.append(TestEvents.verified("e1", "c").build());
        await().until(() -> commits.get() >= 3); // its pause is two seconds now, and doubles

        long start = System.nanoTime();
        log.groups().close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LogFixture.PATIENCE);
        int after = commits.get();
        log.append(TestEvents.verified("e2", "c").build());
        assertThat(commits).hasValue(after);
    }

    @Test
    void aDeadLetterOfABatchGroupIsTriedAgainAsABatchOfOne() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        log.consume("group=g&batch=true&batchAttempts=1", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("for now");
            }
            exchange.getMessage().getBody(EventBatch.class).events().forEach(record -> log.seen().add(record.event().id()));
        });
        log.append(TestEvents.verified("e1", "c").build());
        await().until(() -> log.status("g").deadLetters() == 1);
        broken.set(false);

        log.deadLetters().requeue(List.of(log.deadLettersOf("g").get(0).id()));

        log.awaitSeen("e1");
        await().until(() -> log.status("g").deadLetters() == 0);
    }

    @Test
    void redeliveriesOfTheErrorHandlerCountAsAttempts() throws Exception {
        log.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("journal:events?group=g").routeId("redelivers")
                        .onException(IllegalStateException.class).maximumRedeliveries(2).redeliveryDelay(1).end()
                        .process(exchange -> {
                            throw new IllegalStateException("always");
                        });
            }
        });

        log.append(TestEvents.verified("e1", "c").build());

        await().untilAsserted(() -> assertThat(log.deadLettersOf("g")).hasSize(1));
        assertThat(log.deadLettersOf("g").get(0).attempts()).isEqualTo(3);
    }
}
