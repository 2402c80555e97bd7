package io.waystation.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.journal.EventSearch;
import io.waystation.journal.Journal;
import io.waystation.journal.LogFixture;
import io.waystation.journal.TestEvents;

class EventsApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path temp;
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
    void aReplayThatTheLogStopsSaysWhatIsReplayedAndWhatIsNot() throws Exception {
        for (String id : List.of("e1", "e2", "e3", "e4")) {
            log.append(TestEvents.verified(id, "c").build());
        }
        Clock clock = new ClosingClock(log.journal(), 6);
        EventsApi api = new EventsApi(log.journal(),
                new EventFinder(log.journal(), new EventSearch(log.journal(), log.index()), Clock.systemUTC()), null, clock);
        Exchange exchange = new DefaultExchange(log.context());
        exchange.getMessage().setBody("{\"channel\":\"c\"}".getBytes(StandardCharsets.UTF_8));

        api.replayMany(exchange);

        assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(202);
        JsonNode answer = JSON.readTree(exchange.getMessage().getBody(byte[].class));
        assertThat(answer.path("events").findValuesAsText("id")).containsExactly("e1", "e2");
        assertThat(answer.path("events").findValuesAsText("replayed")).allMatch(position -> Position.parse(position).isPresent());
        assertThat(answer.path("stopped").path("code").asText()).isEqualTo("log-unavailable");
        assertThat(answer.path("stopped").path("notReplayed")).extracting(JsonNode::asText).containsExactly("e3", "e4");
    }

    @Test
    void masksEveryHeaderWithACredential() throws Exception {
        Event event = TestEvents.unverified("e1", "c").headers(Headers.of("private-token", "s3cret", "x-vault-token", "s3cret",
                "x-webhook-secret", "s3cret", "proxy-authorization", "s3cret", "content-type", "text/plain")).build();

        JsonNode headers = EventsApi.describe(new PositionedEvent(new Position(1, 1), event)).path("headers");

        assertThat(headers.toString()).doesNotContain("s3cret");
        assertThat(headers.path("x-vault-token").get(0).asText()).isEqualTo("***");
        assertThat(headers.path("content-type").get(0).asText()).isEqualTo("text/plain");
    }

    /** Closes the log when it has so many events and is about to get another one. */
    private static final class ClosingClock extends Clock {
        private final Journal journal;
        private final long last;

        private ClosingClock(Journal journal, long last) {
            this.journal = journal;
            this.last = last;
        }

        @Override
        public Instant instant() {
            if (journal.tail().offset() == last) {
                journal.close();
            }
            return Instant.now();
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
