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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
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
    private static final byte[] TIME = "\"timestamp\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] READY = "event: ready".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SUCCESS = "\"status\":\"success\"".getBytes(StandardCharsets.US_ASCII);
    private static final int TIME_LENGTH = "2026-01-01T00:00:00.000Z".length();

    private final Map<String, String> options = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final Map<String, Long> times = new HashMap<>();
    private int[] millis = new int[1 << 16];
    private int count;
    private Selector selector;

    /** A stream, and how far each text that is looked for has matched; a piece that is read may end anywhere. */
    private static final class Browser {
        int time;
        int ready;
        int success;
        int digits = -1;
        final byte[] text = new byte[TIME_LENGTH];
    }

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
            count = 0;
        }
        ended.set(0);
        start(operations, browsers);
        int[] sorted;
        synchronized (this) {
            sorted = Arrays.copyOf(millis, count);
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
        channel.register(selector, SelectionKey.OP_READ, new Browser());
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
                    take((Browser) key.attachment());
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private synchronized void take(Browser browser) {
        long now = System.currentTimeMillis();
        byte[] bytes = buffer.array();
        for (int i = 0; i < buffer.limit(); i++) {
            byte next = bytes[i];
            if (browser.digits >= 0) {
                browser.text[browser.digits++] = next;
                if (browser.digits == TIME_LENGTH) {
                    browser.digits = -1;
                    note(now - times.computeIfAbsent(new String(browser.text, StandardCharsets.US_ASCII), text -> Instant.parse(text).toEpochMilli()));
                }
                continue;
            }
            browser.time = matched(TIME, browser.time, next);
            browser.ready = matched(READY, browser.ready, next);
            browser.success = matched(SUCCESS, browser.success, next);
            if (browser.time == TIME.length) {
                browser.time = 0;
                browser.digits = 0;
            } else if (browser.ready == READY.length) {
                browser.ready = 0;
                ready.incrementAndGet();
            } else if (browser.success == SUCCESS.length) {
                browser.success = 0;
                ended.incrementAndGet();
            }
        }
    }

    /** How much of a text has matched with one more byte; each text begins with a byte that comes again only where it may begin again. */
    private static int matched(byte[] text, int before, byte next) {
        return next == text[before] ? before + 1 : next == text[0] ? 1 : 0;
    }

    private void note(long delay) {
        if (count == millis.length) {
            millis = Arrays.copyOf(millis, 2 * count);
        }
        millis[count++] = (int) delay;
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
