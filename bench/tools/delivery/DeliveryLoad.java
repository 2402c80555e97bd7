import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;

/**
 * Receives deliveries and posts the webhooks they come from, in a process apart from the hub. Registers its endpoints, posts
 * signed 2 KB webhooks at a rate, and prints how many deliveries came a second and how late after the hub accepted the event.
 *
 * <p>What is measured comes after as many seconds of the same load, so that the code is compiled by then.
 *
 * <p>Arguments as key=value: hub, token, endpoints, rate (events a second), seconds, payload, signature, tls (certificate,key).
 */
public final class DeliveryLoad {
    private static final int MOST = 4_000_000;
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int[] LATENCY = new int[MOST];
    private static final AtomicInteger RECEIVED = new AtomicInteger();
    private static volatile long last;

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (String each : arguments) {
            given.put(each.split("=", 2)[0], each.split("=", 2)[1]);
        }
        int endpoints = Integer.parseInt(given.get("endpoints"));
        double rate = Double.parseDouble(given.get("rate"));
        int seconds = Integer.parseInt(given.get("seconds"));
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        HttpServerOptions options = new HttpServerOptions().setAcceptBacklog(4_096);
        boolean tls = given.containsKey("tls");
        if (tls) {
            String[] files = given.get("tls").split(",");
            options.setSsl(true).setKeyCertOptions(new PemKeyCertOptions().setCertPath(files[0]).setKeyPath(files[1]));
        }
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            long late = System.currentTimeMillis() - Instant.parse(request.getHeader("ce-time")).toEpochMilli(); // first byte
            request.endHandler(whole -> {
                int place = RECEIVED.getAndIncrement();
                if (place < MOST) {
                    LATENCY[place] = (int) late;
                }
                last = System.nanoTime();
                request.response().setStatusCode(204).end();
            });
        }).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
        String hub = given.get("hub");
        for (int i = 0; i < endpoints; i++) {
            call(hub + "/api/endpoints", given.get("token"), "{\"url\":\"" + (tls ? "https://localhost:" : "http://127.0.0.1:")
                    + server.actualPort() + "/" + i + "\",\"channels\":[\"bench\"]}");
        }
        byte[] payload = Files.readAllBytes(Path.of(given.get("payload")));
        HttpRequest post = HttpRequest.newBuilder(URI.create(hub + "/webhook/bench")).header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push").header("X-Hub-Signature-256", given.get("signature"))
                .POST(BodyPublishers.ofByteArray(payload)).build();
        int events = Math.max(1, (int) (rate * seconds));
        awaitReceived(post(post, (int) Math.max(events, 15 * rate), rate) * endpoints, 60);
        RECEIVED.set(0);
        long begun = System.nanoTime();
        int accepted = post(post, events, rate);
        double posting = (System.nanoTime() - begun) / 1e9;
        awaitReceived(accepted * endpoints, 120);
        report(accepted, endpoints, posting, (last - begun) / 1e9);
        System.exit(0);
    }

    private static void report(int accepted, int endpoints, double posting, double all) {
        int count = Math.min(MOST, RECEIVED.get());
        int[] sorted = Arrays.copyOf(LATENCY, count);
        Arrays.sort(sorted);
        System.out.printf("RESULT accepted=%d received=%d repeated=%d posting_s=%.1f all_s=%.2f per_s=%.0f p50_ms=%d p99_ms=%d max_ms=%d%n",
                accepted, count, count - accepted * endpoints, posting, all, count / all, sorted[count / 2],
                sorted[Math.min(count - 1, count * 99 / 100)], sorted[count - 1]);
    }

    /** Posts at a rate, whether or not answers are late, with at most 256 on the way; answers how many were accepted. */
    private static int post(HttpRequest request, int events, double rate) throws Exception {
        Semaphore open = new Semaphore(256);
        AtomicInteger accepted = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(events);
        AtomicLong next = new AtomicLong(System.nanoTime());
        long step = (long) (1e9 / rate);
        for (int i = 0; i < events; i++) {
            long wait = next.getAndAdd(step) - System.nanoTime();
            if (wait > 200_000) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            open.acquire();
            CLIENT.sendAsync(request, BodyHandlers.discarding()).whenComplete((answer, failure) -> {
                if (failure == null && answer.statusCode() / 100 == 2) {
                    accepted.incrementAndGet();
                }
                open.release();
                done.countDown();
            });
        }
        done.await();
        return accepted.get();
    }

    private static void awaitReceived(int wanted, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (RECEIVED.get() < wanted && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static void call(String address, String token, String body) throws IOException, InterruptedException {
        var answer = CLIENT.send(HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
    }
}
