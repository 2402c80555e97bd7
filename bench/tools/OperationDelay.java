import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures how long after the change of an operation's state browsers have its event: the time at which the bytes of a
 * stream's line are read less the {@code timestamp} the hub set inside the transaction of the change, on the same clock.
 * One thread reads all streams, so that the hub is measured and not a thousand readers that share its processors.
 *
 * <pre>java bench/tools/OperationDelay.java url=http://127.0.0.1:3333 token=... browsers=100 operations=200 pause=20</pre>
 *
 * An operation is started by a POST to {@code /bench/operation}; every browser follows all of them.
 */
public final class OperationDelay {
    private static final String MARK = "\"timestamp\":\"";

    private final Map<String, String> options = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private List<Integer> millis = new ArrayList<>();
    private Selector selector;

    public static void main(String[] arguments) throws Exception {
        OperationDelay bench = new OperationDelay();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            bench.options.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        bench.run();
    }

    private void run() throws Exception {
        int browsers = number("browsers", 100);
        int warm = number("warm", 50);
        int operations = number("operations", 200);
        selector = Selector.open();
        for (int i = 0; i < browsers; i++) {
            subscribe();
        }
        Thread reader = new Thread(this::read, "browsers");
        reader.setDaemon(true);
        reader.start();
        await(ready, browsers, "streams opened");
        start(warm, browsers);
        synchronized (this) {
            millis = new ArrayList<>();
        }
        ended.set(0);
        start(operations, browsers);
        int[] sorted;
        synchronized (this) {
            sorted = millis.stream().mapToInt(Integer::intValue).toArray();
        }
        Arrays.sort(sorted);
        System.out.printf("browsers=%d operations=%d events=%d p50_ms=%d p99_ms=%d max_ms=%d%n", browsers, operations,
                sorted.length, sorted[sorted.length / 2], sorted[(int) Math.ceil(sorted.length * 0.99) - 1], sorted[sorted.length - 1]);
        System.exit(0);
    }

    private void subscribe() throws IOException {
        URI url = URI.create(options.get("url"));
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        ByteBuffer request = StandardCharsets.US_ASCII.encode("GET /api/operations/stream?kind=bench HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nAccept: text/event-stream\r\nAuthorization: Bearer " + options.get("token") + "\r\n\r\n");
        while (request.hasRemaining()) {
            channel.write(request);
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new ByteArrayOutputStream());
    }

    private void read() {
        try {
            while (true) {
                selector.select();
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext();) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    buffer.clear();
                    if (((SocketChannel) key.channel()).read(buffer) < 0) {
                        throw new IOException("the hub ended a stream");
                    }
                    buffer.flip();
                    take((ByteArrayOutputStream) key.attachment());
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private synchronized void take(ByteArrayOutputStream line) {
        long now = System.currentTimeMillis();
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            if (next == '\n') {
                line(line.toString(StandardCharsets.ISO_8859_1), now);
                line.reset();
            } else {
                line.write(next);
            }
        }
    }

    private void line(String line, long now) {
        int at = line.indexOf(MARK);
        if (line.startsWith("event: ready")) {
            ready.incrementAndGet();
        } else if (at >= 0) {
            int from = at + MARK.length();
            millis.add((int) (now - Instant.parse(line.substring(from, line.indexOf('"', from))).toEpochMilli()));
            if (line.contains("\"status\":\"success\"")) {
                ended.incrementAndGet();
            }
        }
    }

    private void start(int operations, int browsers) throws Exception {
        for (int i = 0; i < operations; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(options.get("url") + "/bench/operation")).timeout(Duration.ofMinutes(1))
                    .header("Authorization", "Bearer " + options.get("token")).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
            int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                throw new IllegalStateException("the hub answered " + status);
            }
            TimeUnit.MILLISECONDS.sleep(number("pause", 20));
        }
        await(ended, operations * browsers, "ends came");
    }

    private static void await(AtomicInteger count, int wanted, String what) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (count.get() < wanted) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(count + " of " + wanted + " " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private int number(String name, int usual) {
        return Integer.parseInt(options.getOrDefault(name, Integer.toString(usual)));
    }
}
