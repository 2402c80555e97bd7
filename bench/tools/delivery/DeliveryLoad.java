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

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;

/**
 * Receives deliveries and posts the webhooks they come from, in a process apart from the hub. Registers its endpoints, posts
 * signed 2 KB webhooks at a rate, and prints how many deliveries came a second and how late after the hub accepted the event.
 *
 * <p>What is measured comes after some time of the same load, so that the code is compiled by then. The posts come from an event
 * loop, because the hub is to have the processors: a webhook costs its sender a quarter of what Java's own client takes for it.
 *
 * <p>Arguments as key=value: hub, pid (of the hub), token, endpoints, rate (events a second), warm and seconds, payload, signature,
 * tls (certificate,key).
 */
public final class DeliveryLoad {
    private static final int MOST = 4_000_000;
    private static final int AT_ONCE = 256;
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int[] LATENCY = new int[MOST];
    private static final int[] ENDPOINT = new int[MOST];
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
                    ENDPOINT[place] = Integer.parseInt(request.path().substring(1));
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
        Poster poster = new Poster(URI.create(hub), Files.readAllBytes(Path.of(given.get("payload"))), given.get("signature"));
        awaitReceived(poster.post((int) (Double.parseDouble(given.get("warm")) * rate), rate) * endpoints, 60);
        RECEIVED.set(0);
        long cpu = processorMillis(given.get("pid"));
        long begun = System.nanoTime();
        int accepted = poster.post(Math.max(1, (int) (rate * seconds)), rate);
        double posting = (System.nanoTime() - begun) / 1e9;
        awaitReceived(accepted * endpoints, 120);
        report(accepted, endpoints, posting, (last - begun) / 1e9, processorMillis(given.get("pid")) - cpu);
        System.exit(0);
    }

    /** Processor time of a process so far. */
    private static long processorMillis(String pid) throws IOException {
        String[] stat = Files.readString(Path.of("/proc", pid, "stat")).replaceAll(".*\\) ", "").split(" ");
        return 10 * (Long.parseLong(stat[11]) + Long.parseLong(stat[12])); // in hundredths of a second
    }

    private static void report(int accepted, int endpoints, double posting, double all, long processorMillis) {
        int count = Math.min(MOST, RECEIVED.get());
        int[] sorted = Arrays.copyOf(LATENCY, count);
        Arrays.sort(sorted);
        int[] worst = new int[endpoints];
        for (int i = 0; i < count; i++) {
            worst[ENDPOINT[i]] = Math.max(worst[ENDPOINT[i]], LATENCY[i]);
        }
        Arrays.sort(worst);
        System.out.printf("RESULT accepted=%d received=%d repeated=%d posting_s=%.1f all_s=%.2f per_s=%.0f p50_ms=%d p99_ms=%d max_ms=%d "
                + "best_endpoint_max_ms=%d hub_cpu_us=%d%n",
                accepted, count, count - accepted * endpoints, posting, all, count / all, sorted[count / 2],
                sorted[Math.min(count - 1, count * 99 / 100)], sorted[count - 1], worst[0], 1_000 * processorMillis / count);
    }

    /** Posts the same webhook again and again. */
    private static final class Poster {
        private final io.vertx.core.http.HttpClient client;
        private final io.vertx.core.Context loop;
        private final RequestOptions webhook;
        private final Buffer payload;

        private Poster(URI hub, byte[] payload, String signature) {
            Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
            this.loop = vertx.getOrCreateContext();
            this.client = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(AT_ONCE));
            this.webhook = new RequestOptions().setMethod(HttpMethod.POST).setHost(hub.getHost()).setPort(hub.getPort())
                    .setURI("/webhook/bench").putHeader("Content-Type", "application/json").putHeader("X-GitHub-Event", "push")
                    .putHeader("X-Hub-Signature-256", signature);
            this.payload = Buffer.buffer(payload);
        }

        /** Posts at a rate, whether or not answers are late, with so many at most on the way; answers how many were accepted. */
        private int post(int events, double rate) throws Exception {
            Semaphore open = new Semaphore(AT_ONCE);
            AtomicInteger accepted = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(events);
            long next = System.nanoTime();
            for (int i = 0; i < events; i++) {
                long wait = next - System.nanoTime();
                next += (long) (1e9 / rate);
                if (wait > 200_000) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                open.acquire();
                loop.runOnContext(now -> client.request(webhook).compose(request -> request.send(payload.copy()))
                        .compose(answer -> answer.end().map(whole -> answer.statusCode())).onComplete(status -> {
                            if (status.succeeded() && status.result() / 100 == 2) {
                                accepted.incrementAndGet();
                            }
                            open.release();
                            done.countDown();
                        }));
            }
            done.await();
            return accepted.get();
        }
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
