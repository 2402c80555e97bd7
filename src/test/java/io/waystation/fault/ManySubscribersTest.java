package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.sun.management.UnixOperatingSystemMXBean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;
import io.waystation.Patience;

/** A crowd on one channel. */
class ManySubscribersTest {
    private static final int SUBSCRIBERS = 5_000;
    private static final int EVENTS = 20;
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");
    private static final byte[] REQUEST = "GET /crowd HTTP/1.1\r\nHost: hub\r\nAccept: text/event-stream\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

    @TempDir
    Path folder;

    @Test
    void fiveThousandClientsOfOneChannelGetEachEventOnceAndInOrder() throws Exception {
        Assumptions.assumeTrue(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() > SUBSCRIBERS + 1_000, "this test needs 6,000 open files: ulimit -n");
        try (HubProcess hub = new HubProcess(folder.resolve("data"), "waystation.channels.crowd.open", "true",
                "waystation.channels.crowd.open-readers", "true").start();
                Selector selector = Selector.open()) {
            List<ByteArrayOutputStream> crowd = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                crowd.add(subscribe(selector, hub.port()));
            }
            read(selector, crowd, text -> text.contains("event: ready"));

            for (int number = 0; number < EVENTS; number++) {
                HttpRequest post = HttpRequest.newBuilder(hub.uri("/crowd")).header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"number\":" + number + "}")).build();
                assertThat(HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(202);
            }
            String last = "\"number\":" + (EVENTS - 1) + "}";
            read(selector, crowd, text -> text.contains(last));

            List<Integer> all = IntStream.range(0, EVENTS).boxed().toList();
            assertThat(crowd).allSatisfy(client -> assertThat(NUMBER.matcher(text(client)).results()
                    .map(found -> Integer.valueOf(found.group(1))).toList()).isEqualTo(all));
            selector.keys().forEach(ManySubscribersTest::close);
        }
    }

    private static ByteArrayOutputStream subscribe(Selector selector, int port) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.write(ByteBuffer.wrap(REQUEST));
        channel.configureBlocking(false);
        ByteArrayOutputStream received = new ByteArrayOutputStream(4 << 10);
        channel.register(selector, SelectionKey.OP_READ, received);
        return received;
    }

    /** Reads from all until each has what is waited for. */
    private void read(Selector selector, List<ByteArrayOutputStream> crowd, Predicate<String> enough) throws IOException {
        long end = System.nanoTime() + Patience.SOON.toNanos();
        List<ByteArrayOutputStream> waiting = new ArrayList<>(crowd);
        while (!waiting.isEmpty()) {
            assertThat(System.nanoTime()).as("%d of %d clients still wait", waiting.size(), crowd.size()).isLessThan(end);
            selector.select(key -> take(key), 100);
            waiting.removeIf(client -> enough.test(text(client)));
        }
    }

    private void take(SelectionKey key) {
        try {
            int length = ((SocketChannel) key.channel()).read(buffer.clear());
            assertThat(length).as("the stream goes on").isNotNegative();
            ((ByteArrayOutputStream) key.attachment()).write(buffer.array(), 0, length);
        } catch (IOException cut) {
            throw new AssertionError("a client was cut", cut);
        }
    }

    private static String text(ByteArrayOutputStream received) {
        return received.toString(StandardCharsets.UTF_8);
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
