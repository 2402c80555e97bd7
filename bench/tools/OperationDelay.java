import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures how long after the change of an operation's state browsers have its event: the time at which a stream's line
 * comes in less the {@code timestamp} the hub set inside the transaction of the change, on the same clock.
 *
 * <pre>java bench/tools/OperationDelay.java url=http://127.0.0.1:3333 token=... browsers=100 operations=200 pause=20</pre>
 *
 * An operation is started by a POST to {@code /bench/operation}; every browser follows all of them.
 */
public final class OperationDelay {
    private static final String MARK = "\"timestamp\":\"";

    private final Map<String, String> options = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ConcurrentLinkedQueue<Integer> millis = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ended = new AtomicInteger();

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
        List<CompletableFuture<?>> streams = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(browsers);
        for (int i = 0; i < browsers; i++) {
            streams.add(client.sendAsync(request("/api/operations/stream?kind=bench").build(), HttpResponse.BodyHandlers.ofLines())
                    .thenAccept(response -> new Thread(() -> read(response.body(), ready)).start()));
        }
        if (!ready.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("only " + (browsers - ready.getCount()) + " streams opened");
        }
        start(warm, browsers);
        millis.clear();
        ended.set(0);
        start(operations, browsers);
        int[] sorted = millis.stream().mapToInt(Integer::intValue).toArray();
        Arrays.sort(sorted);
        System.out.printf("browsers=%d operations=%d events=%d p50_ms=%d p99_ms=%d max_ms=%d%n", browsers, operations,
                sorted.length, sorted[sorted.length / 2], sorted[(int) Math.ceil(sorted.length * 0.99) - 1], sorted[sorted.length - 1]);
        System.exit(0);
    }

    private void start(int operations, int browsers) throws Exception {
        for (int i = 0; i < operations; i++) {
            int status = client.send(request("/bench/operation").POST(HttpRequest.BodyPublishers.ofString("{}")).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                throw new IllegalStateException("the hub answered " + status);
            }
            TimeUnit.MILLISECONDS.sleep(number("pause", 20));
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (ended.get() < operations * browsers) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(ended + " of " + operations * browsers + " ends came");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void read(Stream<String> lines, CountDownLatch ready) {
        lines.forEach(line -> {
            long now = System.currentTimeMillis();
            int at = line.indexOf(MARK);
            if (line.equals("event: ready")) {
                ready.countDown();
            } else if (at >= 0) {
                int from = at + MARK.length();
                millis.add((int) (now - Instant.parse(line.substring(from, line.indexOf('"', from))).toEpochMilli()));
                if (line.contains("\"status\":\"success\"")) {
                    ended.incrementAndGet();
                }
            }
        });
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(options.get("url") + path)).timeout(Duration.ofMinutes(10))
                .header("Authorization", "Bearer " + options.get("token"));
    }

    private int number(String name, int usual) {
        return Integer.parseInt(options.getOrDefault(name, Integer.toString(usual)));
    }
}
