package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.waystation.event.Event;
import io.waystation.event.Headers;

class ParsedOnceTest {
    @Test
    void readsLargeBodiesAndNoneWhoseTreeWouldFillTheMemory() {
        assertThat(new ParsedOnce(event("{\"a\":[" + "{},".repeat(100_000) + "1]}")).get().path("a").size()).isEqualTo(100_001);
        assertThat(new ParsedOnce(event("{\"a\":[" + "{},".repeat(5_000_000) + "1]}")).get().isEmpty()).isTrue();
        assertThat(new ParsedOnce(event("no JSON")).get().isEmpty()).isTrue();
    }

    private static Event event(String body) {
        return new Event("id", "c", "/s", "t", null, Instant.EPOCH, "k", "github:c", null, null, "POST", "/c", null, Headers.EMPTY,
                body.getBytes(StandardCharsets.UTF_8));
    }
}
