package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.Patience;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.spi.ThreadPoolProfile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where exchanges go on after their event is on disk. */
class JournalProducerTest {
    @TempDir
    Path temp;

    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch slow = new CountDownLatch(1);
    private LogFixture log;
    private ProducerTemplate template;

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
        template = log.context().createProducerTemplate();
    }

    @AfterEach
    void close() throws Exception {
        release.countDown();
        log.close();
    }

    @Test
    void aSlowStepHoldsNoOtherExchangeOfItsRoute() throws Exception {
        appendAndThenStepSlowlyWith("slow");

        post(TestEvents.verified("slow", "c").build(), null);
        assertThat(slow.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Exchange> other = post(TestEvents.verified("e1", "c").build(), null);

        await().until(other::isDone);
        assertThat(release.getCount()).isOne();
    }

    @Test
    void aRepetitionThatFindsTooManyBeforeItIsRefusedInsteadOfReadingTheStoreOnItsLoop() throws Exception {
        ThreadPoolProfile narrow = log.context().getExecutorServiceManager().getDefaultThreadPoolProfile();
        narrow.setPoolSize(1);
        narrow.setMaxPoolSize(1);
        narrow.setMaxQueueSize(0);
        appendAndThenStepSlowlyWith("slow");
        Executor loop = Runnable::run;
        post(TestEvents.verified("e1", "c").deliveryId("d-1").build(), loop).get();
        post(TestEvents.verified("slow", "c").build(), null);
        assertThat(slow.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

        Exchange repetition = post(TestEvents.verified("e2", "c").deliveryId("d-1").build(), loop)
                .get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);

        assertThat(repetition.getException()).isInstanceOfSatisfying(JournalFullException.class,
                full -> assertThat(full.code()).isEqualTo(JournalFullException.QUEUE_FULL));
    }

    @Test
    void aRepetitionWhoseConnectionIsGoneEndsAllTheSame() throws Exception {
        appendAndThenStepSlowlyWith("none");
        post(TestEvents.verified("e1", "c").deliveryId("d-1").build(), null).get();
        AtomicInteger resumed = new AtomicInteger();
        Executor ends = task -> {
            if (resumed.incrementAndGet() > 1) {
                throw new RejectedExecutionException("the loop has ended");
            }
            task.run();
        };

        CompletableFuture<Exchange> repetition = post(TestEvents.verified("e2", "c").deliveryId("d-1").build(), ends);

        await().until(repetition::isDone);
        assertThat(repetition.get().getMessage().getHeader(EventHeaders.DUPLICATE)).isEqualTo(true);
    }

    private void appendAndThenStepSlowlyWith(String id) throws Exception {
        log.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:post").routeId("post").to("journal:events").process(exchange -> {
                    if (exchange.getMessage().getBody(Event.class).id().equals(id)) {
                        slow.countDown();
                        release.await(Patience.SOON.toSeconds() * 2, TimeUnit.SECONDS);
                    }
                });
            }
        });
    }

    private CompletableFuture<Exchange> post(Event event, Executor loop) {
        return template.asyncSend("direct:post", exchange -> {
            exchange.getMessage().setBody(event);
            exchange.setProperty(EventHeaders.RESUME_EXECUTOR_PROPERTY, loop);
        });
    }
}
