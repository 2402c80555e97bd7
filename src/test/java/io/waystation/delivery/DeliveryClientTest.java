package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.waystation.http.AddressRange;
import org.junit.jupiter.api.Test;

/** The HTTP client and its guard against names that change their address. */
class DeliveryClientTest {
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final byte[] BODY = {1, 2, 3};

    private static DeliverySettings settings() {
        return new DeliverySettings(100, 16, Duration.ofSeconds(2), Duration.ofDays(3), true, List.of(), Optional.empty(), 10, 1 << 20,
                Duration.ofDays(7), Duration.ofDays(1), new DeliverySettings.Breaker(5, 100, Duration.ofSeconds(1), Duration.ofMinutes(1)), 3,
                new DeliverySettings.Probes(Duration.ofSeconds(30), Duration.ofSeconds(10), 3), 0.99, 100,
                new DeliverySettings.Wire(2, Duration.ofSeconds(4), Duration.ofSeconds(5), 64 << 10), 16 << 20);
    }

    private static Answer send(DeliveryClient client, String url) throws Exception {
        return client.send("POST", EndpointAddress.of(url, true), Map.of("X-Test", "yes"), BODY, WITHIN).get(60, TimeUnit.SECONDS);
    }

    /** A resolver that gives one answer after the other for the same name. */
    private static NameResolver answers(String... addresses) throws Exception {
        ConcurrentLinkedQueue<List<InetAddress>> next = new ConcurrentLinkedQueue<>();
        for (String each : addresses) {
            next.add(List.of(each.split(",")).stream().map(text -> {
                try {
                    return InetAddress.getByName(text);
                } catch (Exception impossible) {
                    throw new IllegalArgumentException(impossible);
                }
            }).toList());
        }
        return name -> CompletableFuture.completedFuture(next.size() > 1 ? next.poll() : next.peek());
    }

    @Test
    void asksTheGuardForTheAddressItConnectsToEveryTime() throws Exception {
        AddressGuard onlyLoopback = new AddressGuard(List.of(AddressRange.of("127.0.0.1/32")));
        try (Receiver receiver = new Receiver();
                DeliveryClient client = new DeliveryClient(settings(), onlyLoopback, () -> unchecked("127.0.0.1", "127.0.0.2", "10.0.0.1", "127.0.0.1"))) {
            String url = "http://rebinds.example:" + receiver.port() + "/";

            assertThat(send(client, url).status()).isEqualTo(200);
            assertThat(send(client, url).error()).as("the same name, now another address").isEqualTo(ErrorClass.ADDRESS_REFUSED);
            Answer third = send(client, url);
            assertThat(third.error()).isEqualTo(ErrorClass.ADDRESS_REFUSED);
            assertThat(third.detail()).contains("rebinds.example").contains("10.0.0.1 is private");
            assertThat(send(client, url).status()).isEqualTo(200);
            assertThat(receiver.received()).hasSize(2).allSatisfy(got ->
                    assertThat(got.header("host")).isEqualTo("rebinds.example:" + receiver.port()));
        }
    }

    private static NameResolver unchecked(String... addresses) {
        try {
            return answers(addresses);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void goesToAPermittedAddressOfANameThatHasOthersToo() throws Exception {
        AddressGuard guard = new AddressGuard(List.of(AddressRange.of("127.0.0.1/32")));
        try (Receiver receiver = new Receiver();
                DeliveryClient client = new DeliveryClient(settings(), guard, () -> unchecked("169.254.169.254,10.0.0.1,127.0.0.1"))) {
            assertThat(send(client, "http://mixed.example:" + receiver.port() + "/").status()).isEqualTo(200);
        }
    }

    @Test
    void triesTheNextAddressOfANameWhenNobodyListensAtTheFirst() throws Exception {
        AddressGuard guard = new AddressGuard(List.of(AddressRange.of("127.0.0.0/8")));
        try (Receiver receiver = new Receiver();
                DeliveryClient client = new DeliveryClient(settings(), guard, () -> unchecked("127.0.0.9,127.0.0.1"))) {
            assertThat(send(client, "http://two.example:" + receiver.port() + "/").status()).isEqualTo(200);
        }
    }

    @Test
    void refusesLiteralAddressesWithoutAskingAnybody() throws Exception {
        try (DeliveryClient client = new DeliveryClient(settings(), new AddressGuard(List.of()), () -> unchecked("8.8.8.8"))) {
            for (String url : List.of("http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/",
                    "http://[64:ff9b::a9fe:a9fe]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[2002:7f00:1::]/",
                    "http://[2001:0:7f00:1::]/", "http://[fec0::1]/", "http://[2001:20::1]/")) {
                assertThat(send(client, url).error()).as(url).isEqualTo(ErrorClass.ADDRESS_REFUSED);
                for (String method : List.of("GET", "OPTIONS")) { // what is asked before an endpoint is registered
                    assertThat(client.send(method, EndpointAddress.of(url, true), Map.of(), new byte[0], WITHIN).get(60, TimeUnit.SECONDS).error())
                            .as(method + " " + url).isEqualTo(ErrorClass.ADDRESS_REFUSED);
                }
            }
        }
    }

    @Test
    void keepsTheStartOfALongAnswerOnlyAndDoesNotWaitForItsEnd() throws Exception {
        AddressGuard guard = new AddressGuard(List.of(AddressRange.of("127.0.0.0/8")));
        try (Receiver receiver = new Receiver().replies(got -> new Receiver.Reply(200, Map.of(), "x".repeat(5 << 20), 0));
                DeliveryClient client = new DeliveryClient(settings(), guard, () -> unchecked("127.0.0.1"))) {
            Answer answer = send(client, receiver.url("/"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.snippet()).isEqualTo("x".repeat(1_024));
        }
    }
}
