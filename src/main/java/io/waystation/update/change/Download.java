package io.waystation.update.change;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.waystation.settings.Secret;

/**
 * Downloads a file of which size and digest are known beforehand.
 *
 * <p>What has arrived stays in {@code NAME.part} and is gone on from, also by a later process. Nothing over the expected
 * size is written. Between two tries it waits, at random up to twice as long each time, or as long as the server says.
 * Thread-safe for different targets; blocks.
 */
public final class Download {
    private static final int PIECE = 64 * 1024;
    private static final int MOST_REDIRECTS = 5;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final long SPARE = 1 << 20;

    private final Limits limits;
    private final Optional<Secret> token;
    private HttpClient http;

    /**
     * How hard it tries.
     *
     * @param tries how often, from 1; a try that brought something does not count
     * @param firstWait longest wait before the second try; it doubles
     * @param stall longest time without a byte
     * @param total longest time in all
     * @param plain whether addresses without TLS are allowed, for tests and private networks
     */
    public record Limits(int tries, Duration firstWait, Duration stall, Duration total, boolean plain) {
        /** Five tries, 30 s without a byte, half an hour in all, TLS only. */
        public static final Limits USUAL =
                new Limits(5, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(30), false);
    }

    /** @param token sent to the host of the first address only, never to where that redirects */
    public Download(Limits limits, Optional<Secret> token) {
        this.limits = limits;
        this.token = token;
    }

    /** Made when it is first needed: TLS takes long to load, and many hubs never download anything. */
    private synchronized HttpClient http() {
        if (http == null) {
            http = HttpClient.newBuilder().connectTimeout(limits.stall())
                    .followRedirects(HttpClient.Redirect.NEVER) // the JDK would carry the token to any host
                    .build();
        }
        return http;
    }

    /** A try that failed and may be repeated. */
    private static final class Retry extends IOException {
        private static final long serialVersionUID = 1L;
        private final transient Duration wait;

        private Retry(String message, Duration wait) {
            super(message);
            this.wait = wait;
        }
    }

    /**
     * Fetches; does nothing when the file is there already and right.
     *
     * @param size expected bytes
     * @param sha256 expected digest
     * @throws ChangeException {@code asset-missing}, {@code wrong-size}, {@code wrong-digest}, {@code no-space},
     *     {@code address-refused} or {@code download-failed}
     */
    public void fetch(URI address, Path target, long size, String sha256) {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        long end = System.nanoTime() + limits.total().toNanos();
        try {
            if (sha256.equals(DurableFile.digest(target))) {
                return;
            }
            Files.createDirectories(target.getParent());
            requireSpace(target, size);
            fetchPart(address, part, size, end);
            if (!sha256.equals(DurableFile.digest(part))) {
                // what was there before may have been of another file: once more from the beginning
                Files.delete(part);
                fetchPart(address, part, size, end);
            }
            String digest = DurableFile.digest(part);
            if (!sha256.equals(digest)) {
                Files.delete(part);
                throw ChangeException.refused("wrong-digest", address + " has sha256 " + digest + ", not " + sha256);
            }
            DurableFile.sync(part);
            DurableFile.rename(part, target);
        } catch (IOException failed) {
            throw ChangeException.failed("download-failed", address + " could not be downloaded: " + failed.getMessage(), failed);
        }
    }

    private static void requireSpace(Path target, long size) throws IOException {
        long free = Files.getFileStore(target.getParent()).getUsableSpace();
        if (free < size + SPARE) {
            throw ChangeException.failed("no-space", target.getParent() + " has " + free + " bytes left, and " + size + " are needed", null);
        }
    }

    private void fetchPart(URI address, Path part, long size, long end) throws IOException {
        Duration wait = limits.firstWait();
        for (int attempt = 1; ; attempt++) {
            long before = length(part);
            if (before == size) {
                return;
            }
            try {
                once(address, part, before > size ? 0 : before, size, end);
                return;
            } catch (IOException failed) {
                boolean moved = length(part) > before;
                attempt -= moved ? 1 : 0;
                Duration asked = failed instanceof Retry retry && retry.wait != null ? retry.wait : jitter(wait);
                if (attempt >= limits.tries() || asked.compareTo(LONGEST_WAIT) > 0 || System.nanoTime() + asked.toNanos() > end) {
                    throw failed;
                }
                pause(asked);
                wait = wait.multipliedBy(2);
            }
        }
    }

    private static long length(Path part) throws IOException {
        return Files.exists(part, LinkOption.NOFOLLOW_LINKS) ? Files.size(part) : 0;
    }

    private static Duration jitter(Duration most) {
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(Math.max(1, most.toNanos() / 2), Math.max(2, most.toNanos())));
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "the download was interrupted", stopped);
        }
    }

    private void once(URI address, Path part, long from, long size, long end) throws IOException {
        HttpResponse<InputStream> response = open(address, from);
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status == 404 || status == 410) {
                throw ChangeException.refused("asset-missing", address + " was answered " + status);
            }
            if (status == 416) {
                Files.deleteIfExists(part);
                throw new Retry("what was downloaded before is not part of it", Duration.ZERO);
            }
            if (status != 200 && status != 206) {
                throw new Retry("answered " + status, retryAfter(response));
            }
            boolean goesOn = status == 206 && from > 0
                    && response.headers().firstValue("content-range").orElse("").startsWith("bytes " + from + "-");
            if (status == 206 && !goesOn) {
                Files.deleteIfExists(part);
                throw new Retry("answered with another range", null);
            }
            long left = size - (goesOn ? from : 0);
            long length = response.headers().firstValueAsLong("content-length").orElse(left);
            if (length != left) {
                throw ChangeException.refused("wrong-size", address + " has " + (length + size - left) + " bytes, not " + size);
            }
            write(body, part, goesOn, left, end);
        }
    }

    private void write(InputStream body, Path part, boolean goesOn, long left, long end) throws IOException {
        StandardOpenOption how = goesOn ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        long rest = left;
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
                StallWatch watch = new StallWatch(body, limits.stall(), end)) {
            byte[] piece = new byte[PIECE];
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                watch.moved();
                if (count > rest) {
                    throw ChangeException.refused("wrong-size", "the file is longer than it should be");
                }
                out.write(piece, 0, count);
                rest -= count;
            }
        }
        if (rest > 0) {
            throw new Retry("the connection ended " + rest + " bytes early", null);
        }
    }

    private HttpResponse<InputStream> open(URI first, long from) throws IOException {
        URI address = first;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            requireAllowed(address, first);
            HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(limits.stall())
                    .header("Accept", "application/octet-stream").header("User-Agent", "waystation");
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            if (token.isPresent() && first.getHost().equalsIgnoreCase(address.getHost()) && first.getPort() == address.getPort()) {
                request.header("Authorization", "Bearer " + token.get().text());
            }
            HttpResponse<InputStream> response = send(request.build());
            if (response.statusCode() / 100 != 3) {
                return response;
            }
            response.body().close();
            address = address.resolve(response.headers().firstValue("location").orElse(""));
        }
        throw new IOException("too many redirects");
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return http().send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "the download was interrupted", stopped);
        }
    }

    private void requireAllowed(URI address, URI first) {
        boolean secure = "https".equals(address.getScheme());
        boolean plain = "http".equals(address.getScheme()) && limits.plain() && "http".equals(first.getScheme());
        if (!secure && !plain || address.getHost() == null || address.getUserInfo() != null) {
            throw ChangeException.refused("address-refused", "will not download from " + address);
        }
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("retry-after").orElse("");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    /** Closes a stream that brings nothing for too long, or anything for too long: reading it then fails. */
    private static final class StallWatch implements AutoCloseable {
        private final InputStream stream;
        private final long stall;
        private final long end;
        private volatile long last = System.nanoTime();
        private volatile boolean closed;

        private StallWatch(InputStream stream, Duration stall, long end) {
            this.stream = stream;
            this.stall = stall.toNanos();
            this.end = end;
            again();
        }

        private void again() {
            CompletableFuture.delayedExecutor(Math.max(1, stall / 4), TimeUnit.NANOSECONDS).execute(this::look);
        }

        private void look() {
            long now = System.nanoTime();
            if (closed) {
                return;
            }
            if (now - last > stall || now > end) {
                try {
                    stream.close();
                } catch (IOException closing) {
                    // reading it fails all the same
                }
            } else {
                again();
            }
        }

        private void moved() {
            last = System.nanoTime();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
