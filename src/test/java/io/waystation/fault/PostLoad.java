package io.waystation.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

/** Posts numbered, GitHub-signed webhooks from several threads and remembers which were acknowledged, and where. */
final class PostLoad implements AutoCloseable {
    private static final Pattern POSITION = Pattern.compile("\"(?:stream_id|position)\"\\s*:\\s*\"(\\d+-\\d+)\"");

    private static final Duration AFTER_REFUSAL = Duration.ofMillis(25);

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<Integer, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final URI target;
    private final String secret;
    private final ExecutorService threads;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * Load that has not started.
     *
     * @param target address to post to
     * @param secret secret to sign with, or null for unsigned posts
     * @param threads how many posts are under way at once
     */
    PostLoad(URI target, String secret, int threads) {
        this.target = target;
        this.secret = secret;
        this.threads = Executors.newFixedThreadPool(threads);
    }

    /** Posts until {@link #close}, each thread with a pause after every post. */
    PostLoad start(int count, Duration pause) {
        for (int i = 0; i < count; i++) {
            threads.submit(() -> {
                Duration wait = pause;
                while (!stop.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                    wait = post(next.getAndIncrement()) ? pause : AFTER_REFUSAL;
                }
                return null;
            });
        }
        return this;
    }

    /** Posts that many webhooks a second until {@link #close}, whether or not the hub answers. */
    PostLoad startAtRate(int perSecond) {
        clock.scheduleAtFixedRate(() -> threads.execute(() -> post(next.getAndIncrement())),
                0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
        return this;
    }

    /** Posts one webhook; whatever goes wrong, it is just not acknowledged. */
    boolean post(int number) {
        try {
            HttpResponse<String> answer = client.send(request(number), HttpResponse.BodyHandlers.ofString());
            Matcher position = POSITION.matcher(answer.body());
            if (answer.statusCode() / 100 == 2 && position.find()) {
                acknowledged.put(number, position.group(1));
                return true;
            }
            refused.incrementAndGet();
        } catch (IOException hubIsDown) {
            refused.incrementAndGet();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private HttpRequest request(int number) {
        byte[] body = ("{\"number\":" + number + ",\"repository\":{\"full_name\":\"acme/site" + Math.floorMod(number, 7)
                + "\"},\"fill\":\"" + "x".repeat(Math.floorMod(number, 2000)) + "\"}").getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", "delivery-" + number)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (secret != null) {
            request.header("X-Hub-Signature-256", sign(secret, body));
        }
        return request.build();
    }

    /** Signature as GitHub makes it. */
    static String sign(String secret, byte[] body) {
        return "sha256=" + new HmacUtils(HmacAlgorithms.HMAC_SHA_256, secret).hmacHex(body);
    }

    /** Position by number of every acknowledged post. */
    Map<Integer, String> acknowledged() {
        return acknowledged;
    }

    /** Posts that got no success answer. */
    long refused() {
        return refused.get();
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        clock.shutdownNow();
        clock.awaitTermination(1, TimeUnit.SECONDS);
        threads.shutdown();
        threads.awaitTermination(30, TimeUnit.SECONDS);
    }
}
