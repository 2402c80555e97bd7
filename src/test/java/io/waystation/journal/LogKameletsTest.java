package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Position;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract every log keeps behind the Kamelets events-source and append-event-sink. */
class LogKameletsTest {
    @TempDir
    Path temp;

    private LogFixture log;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
        log.context().getComponent("kamelet", org.apache.camel.component.kamelet.KameletComponent.class)
                .setLocation("classpath:kamelets/journal,classpath:kamelets");
        log.context().getRegistry().bind("probe", new Probe());
        load("append", """
                - routeConfiguration:
                    id: errors
                    onException:
                      - onException:
                          exception:
                            - java.io.IOException
                          redeliveryPolicy:
                            maximumRedeliveries: 2
                            redeliveryDelay: "1"
                      - onException:
                          exception:
                            - java.lang.UnsupportedOperationException
                          handled:
                            constant:
                              expression: "true"
                - route:
                    id: append
                    from:
                      uri: direct:append
                      steps:
                        - to:
                            uri: kamelet:append-event-sink
                """);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    /** What the routes of this test do with an event: note it, or fail as its id asks for. */
    public final class Probe {
        public void see(Exchange exchange) throws Exception {
            String id = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
            seen.add(id);
            switch (id) {
                case "io" -> throw new java.io.IOException("unreachable");
                case "handled" -> throw new UnsupportedOperationException("expected");
                case "bad" -> throw new IllegalStateException("bad");
                default -> { }
            }
        }
    }

    private void load(String name, String yaml) throws Exception {
        Resource resource = ResourceHelper.fromString(name + ".camel.yaml", yaml);
        PluginHelper.getRoutesLoader(log.context()).loadRoutes(resource);
    }

    private void consume(String id, String parameters) throws Exception {
        load(id, """
                - route:
                    id: %s
                    routeConfigurationId: errors
                    from:
                      uri: kamelet:events-source
                      parameters:
                %s
                      steps:
                        - to:
                            uri: bean:probe
                            parameters:
                              method: see
                """.formatted(id, parameters.indent(8).stripTrailing()));
    }

    private Exchange append(Event event) {
        return log.context().createProducerTemplate().send("direct:append",
                exchange -> exchange.getMessage().setBody(event));
    }

    @Test
    void anAppendedEventReachesAGroupThroughTheKamelets() throws Exception {
        consume("reader", "group: g\ntypes: com.github.*");

        Exchange appended = append(TestEvents.verified("e1", "c").build());

        assertThat(appended.getException()).isNull();
        assertThat(appended.getMessage().getHeader(EventHeaders.POSITION)).isInstanceOf(Position.class);
        await().untilAsserted(() -> assertThat(seen).containsExactly("e1"));
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
    }

    @Test
    void theErrorHandlingOfTheRouteDecidesWhatBecomesADeadLetter() throws Exception {
        consume("reader", "group: g");

        for (String id : List.of("io", "handled", "bad", "good")) {
            append(TestEvents.verified(id, "c").build());
        }

        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
        assertThat(seen).containsExactly("io", "io", "io", "handled", "bad", "good");
        assertThat(log.deadLettersOf("g"))
                .extracting(letter -> letter.event().event().id() + " " + letter.attempts() + " " + letter.routeId())
                .containsExactlyInAnyOrder("io 3 reader", "bad 1 reader");
    }

    @Test
    void theRecordersRouteFillsTheIndex() throws Exception {
        load("recorder", new String(getClass().getResourceAsStream("/routes/recorder.camel.yaml").readAllBytes()));

        append(TestEvents.verified("e1", "c").deliveryId("d-1").build());
        append(TestEvents.unverified("e2", "c").build());

        await().untilAsserted(() -> assertThat(log.index().indexedTo()).isEqualTo(2));
        assertThat(log.index().list("c", Long.MAX_VALUE, 10)).extracting(IndexEntry::id).containsExactly("e2", "e1");
        assertThat(log.index().find(List.of(new DeliveryKey("source:test", "d-1")))).hasSize(1);
    }
}
