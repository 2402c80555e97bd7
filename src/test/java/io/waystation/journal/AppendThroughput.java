package io.waystation.journal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.event.Event;
import io.waystation.event.Headers;

/**
 * Measures appends per second: {@code AppendThroughput <folder> <threads> <seconds> [blocking|loops]}.
 *
 * <p>{@code blocking}: every thread waits for its append before the next. {@code loops}: two event-loop threads keep
 * that many appends in flight, as the server does.
 */
public final class AppendThroughput {
    private static final String WORDS = "{\"action\":\"opened\",\"number\":%d,\"repository\":{\"id\":%d,"
            + "\"full_name\":\"owner/repository-%d\",\"private\":false,\"html_url\":\"https://github.com/owner/%d\"},"
            + "\"sender\":{\"login\":\"user-%d\",\"node_id\":\"%s\"},\"head\":\"%s\",\"base\":\"%s\",";

    private AppendThroughput() {
    }

    /** Runs one measurement and prints it. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int inFlight = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        boolean loops = args.length > 3 && args[3].equals("loops");
        Files.createDirectories(folder);
        System.out.printf("fdatasync of 2 KB: %,.0f/s%n", syncsPerSecond(folder));
        byte[][] bodies = bodies();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Journal journal = Journal.open(
                folder.resolve("log"), JournalSettings.DEFAULTS, DeliveryIndex.NONE, Clock.systemUTC(), registry)) {
            for (int round = 0; round < 4; round++) {
                long cpu = processCpu();
                long writer = writerCpu();
                long before = journal.statistics().events();
                long[] result = loops ? loops(journal, bodies, inFlight, seconds)
                        : blocking(journal, bodies, inFlight, seconds);
                JournalStatistics now = journal.statistics();
                System.out.printf("round %d: %,d events/s, slowest append %.1f ms; so far %.1f events per commit, "
                                + "%d bytes per event%n", round, result[0] / seconds, result[1] / 1e6,
                        (double) now.events() / now.commits(), now.bytes() / now.events());
                long added = now.events() - before;
                System.out.printf("         processor time per event: %.1f us in all, %.1f us of the writer thread%n",
                        (processCpu() - cpu) / 1e3 / added, (writerCpu() - writer) / 1e3 / added);
            }
            var commit = registry.get("waystation.journal.commit").timer();
            var checkpoint = registry.get("waystation.journal.checkpoint").timer();
            System.out.printf("commit mean %.2f ms, checkpoints %d, mean %.1f ms%n",
                    commit.mean(TimeUnit.MILLISECONDS), checkpoint.count(),
                    checkpoint.mean(TimeUnit.MILLISECONDS));
        }
    }

    private static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long writerCpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo thread = threads.getThreadInfo(id);
            if (thread != null && thread.getThreadName().equals("journal-writer")) {
                return threads.getThreadCpuTime(id);
            }
        }
        return 0;
    }

    private static long[] blocking(Journal journal, byte[][] bodies, int threads, int seconds) throws Exception {
        AtomicLong count = new AtomicLong();
        AtomicLong slowest = new AtomicLong();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            Thread thread = new Thread(() -> {
                Random random = new Random(number);
                while (System.nanoTime() < end) {
                    long start = System.nanoTime();
                    journal.append(event(random, bodies), Runnable::run).join();
                    slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
                    count.incrementAndGet();
                }
            });
            thread.start();
            all.add(thread);
        }
        for (Thread thread : all) {
            thread.join();
        }
        return new long[] {count.get(), slowest.get()};
    }

    private static long[] loops(Journal journal, byte[][] bodies, int inFlight, int seconds) throws Exception {
        AtomicLong count = new AtomicLong();
        AtomicLong slowest = new AtomicLong();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        ExecutorService[] loops = {Executors.newSingleThreadExecutor(), Executors.newSingleThreadExecutor()};
        List<CompletableFuture<Void>> chains = new ArrayList<>();
        for (int i = 0; i < inFlight; i++) {
            ExecutorService loop = loops[i % 2];
            CompletableFuture<Void> chain = new CompletableFuture<>();
            Random random = new Random(i);
            chains.add(chain);
            loop.execute(new Runnable() {
                @Override
                public void run() {
                    if (System.nanoTime() >= end) {
                        chain.complete(null);
                        return;
                    }
                    long start = System.nanoTime();
                    journal.append(event(random, bodies), loop).thenAccept(appended -> {
                        slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
                        count.incrementAndGet();
                        run();
                    });
                }
            });
        }
        chains.forEach(CompletableFuture::join);
        loops[0].shutdown();
        loops[1].shutdown();
        return new long[] {count.get(), slowest.get()};
    }

    private static Event event(Random random, byte[][] bodies) {
        String id = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
        return new Event(id, "channel-" + random.nextInt(4), "/github/owner/repository", "com.github.pull_request",
                "17", Instant.now(), "/github/owner/repository", "github-hmac:hub", id, null, "POST", "/webhook/github",
                null, Headers.of("content-type", "application/json", "user-agent", "GitHub-Hookshot/044aadd",
                        "x-github-event", "pull_request", "x-github-delivery", id,
                        "x-hub-signature-256", "sha256=" + id + id), bodies[random.nextInt(bodies.length)]);
    }

    private static byte[][] bodies() {
        byte[][] bodies = new byte[256][];
        Random random = new Random(7);
        for (int i = 0; i < bodies.length; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 2_048) {
                text.append(String.format(WORDS, random.nextInt(10_000), random.nextInt(), random.nextInt(100),
                        random.nextInt(100), random.nextInt(1_000), Long.toHexString(random.nextLong()),
                        Long.toHexString(random.nextLong()), Long.toHexString(random.nextLong())));
            }
            bodies[i] = text.substring(0, 2_048).getBytes(StandardCharsets.UTF_8);
        }
        return bodies;
    }

    private static double syncsPerSecond(Path folder) throws IOException {
        Path file = folder.resolve("sync-probe");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long start = System.nanoTime();
            int count = 0;
            for (; System.nanoTime() - start < 500_000_000L; count++) {
                channel.write(ByteBuffer.allocate(2_048));
                channel.force(false);
            }
            return count * 1e9 / (System.nanoTime() - start);
        } finally {
            Files.delete(file);
        }
    }
}
