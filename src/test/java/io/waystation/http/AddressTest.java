package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import io.vertx.core.MultiMap;
import io.waystation.settings.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Address ranges, and whom forwarding headers are believed. */
class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.2.3, true", "10.0.0.0/8, 11.0.0.1, false", "10.0.0.0/9, 10.128.0.1, false",
        "0.0.0.0/0, 255.1.1.1, true", "192.168.1.7, 192.168.1.7, true", "192.168.1.7, 192.168.1.8, false",
        "2001:db8::/33, 2001:db8:7fff::1, true", "2001:db8::/33, 2001:db8:8000::1, false", "::1, ::1, true",
        "10.0.0.0/8, ::ffff:10.0.0.1, true", "::ffff:10.0.0.0/104, 10.9.9.9, true", "10.0.0.0/8, ::1, false",
        "10.0.0.0/8, not an address, false", "::/0, 10.0.0.1, false"})
    void aRangeHoldsWhatItsPrefixSays(String range, String address, boolean held) {
        assertThat(AddressRange.of(range).contains(address)).isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::1/129", "", "10.0.0"})
    void anythingElseStopsTheStart(String range) {
        assertThatThrownBy(() -> AddressRange.of("waystation.x", List.of(range)))
                .isInstanceOf(InvalidSettingException.class).hasMessageStartingWith("waystation.x ");
    }

    private static ClientAddress client(String peer, String forwardedFor, String... more) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (forwardedFor != null) {
            headers.add("X-Forwarded-For", forwardedFor);
        }
        for (int i = 0; i < more.length; i += 2) {
            headers.add(more[i], more[i + 1]);
        }
        return ClientAddress.of(peer, "http", "hub:3333", headers,
                List.of(AddressRange.of("10.0.0.0/8"), AddressRange.of("fd00::/8")));
    }

    @ParameterizedTest
    @CsvSource({
        "9.9.9.9, '1.2.3.4', 9.9.9.9", "10.0.0.1, '1.2.3.4', 1.2.3.4", "10.0.0.1, '6.6.6.6, 1.2.3.4, 10.0.0.2', 1.2.3.4",
        "10.0.0.1, '10.0.0.3, 10.0.0.2', 10.0.0.3", "10.0.0.1, 'evil, 10.0.0.2', 10.0.0.2",
        "fd00::1, '[2001:db8::7]:443', 2001:db8::7", "10.0.0.1, '2001:db8::7', 2001:db8::7",
        "10.0.0.1, '1.2.3.4:5678', 1.2.3.4", "10.0.0.1, '', 10.0.0.1"})
    void theClientIsTheFirstUntrustedAddressFromTheRight(String peer, String forwarded, String address) {
        assertThat(client(peer, forwarded).address()).isEqualTo(address);
    }

    @Test
    void schemeAndHostAreBelievedFromTrustedProxiesOnly() {
        String[] headers = {"X-Forwarded-Proto", "https", "X-Forwarded-Host", "hooks.example.com"};
        assertThat(client("10.0.0.1", null, headers))
                .isEqualTo(new ClientAddress("10.0.0.1", "https", "hooks.example.com"));
        assertThat(client("9.9.9.9", null, headers)).isEqualTo(new ClientAddress("9.9.9.9", "http", "hub:3333"));
        assertThat(client("10.0.0.1", null, "X-Forwarded-Proto", "gopher", "X-Forwarded-Host", "a b<"))
                .isEqualTo(new ClientAddress("10.0.0.1", "http", "hub:3333"));
    }
}
