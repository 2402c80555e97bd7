package io.waystation.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.api.Test;

class EventTest {
    @Test
    void weighsItsBodyItsHeadersAndItsAttributes() {
        assertThat(event(Headers.EMPTY, new byte[0]).weight()).isEqualTo(15);
        assertThat(event(Headers.EMPTY, new byte[100]).weight()).isEqualTo(115);
        assertThat(event(Headers.of("x-a", "1", "x-a", "22"), new byte[0]).weight()).isEqualTo(15 + 4 + 5);
    }

    private static Event event(Headers headers, byte[] body) {
        return new Event("i", "c", "s", "t", null, Instant.EPOCH, "k", "none", null, null, "POST", "/", "q", headers, body);
    }
}
