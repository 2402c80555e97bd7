package io.waystation.relay;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;

/** Opens the stream of a follower over HTTP, and posts to where it was opened. Thread-safe. */
final class StreamHttp {
    private static final int MOST_REDIRECTS = 5;
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private final HttpClient client;
    private final FollowerOptions options;
    private volatile URI opened;

    StreamHttp(FollowerOptions options, Map<String, String> environment) {
        this.options = options;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // dropping a stream is closing its socket, and no upgrade is asked for
                .followRedirects(HttpClient.Redirect.NEVER) // the JDK would carry the token to any host
                .connectTimeout(options.connectTimeout())
                .proxy(new EnvironmentProxy(environment));
        if (options.insecure()) {
            builder.sslContext(AnyCertificate.context());
        }
        client = builder.build();
    }

    /**
     * Opens a stream.
     *
     * @param address address of the stream
     * @param lastEventId sent when not empty
     * @throws StreamRefusedException when the answer is no stream
     */
    StreamBody open(URI address, String lastEventId) throws IOException, InterruptedException {
        URI target = address;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(request(target, address, lastEventId));
            StreamBody body = new StreamBody();
            int status = response.statusCode();
            boolean stream = response.headers().firstValue("content-type").orElse("")
                    .toLowerCase(Locale.ROOT).startsWith("text/event-stream");
            if (status == 200 && stream) {
                response.body().subscribe(body);
                opened = target;
                return body;
            }
            body.close();
            response.body().subscribe(body);
            String location = response.headers().firstValue("location").orElse(null);
            if (status < 300 || status > 399 || location == null) {
                throw refused(target, response, status);
            }
            target = redirect(target, location);
        }
        throw new StreamRefusedException(310, address + " redirects too often", null);
    }

    private static URI redirect(URI from, String location) throws StreamRefusedException {
        try {
            URI target = from.resolve(location);
            if ("http".equals(target.getScheme()) || "https".equals(target.getScheme())) {
                return target;
            }
        } catch (IllegalArgumentException malformed) {
            // answered below
        }
        throw new StreamRefusedException(310, from + " redirects to an address that is not http or https", null);
    }

    private HttpRequest request(URI target, URI asked, String lastEventId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(target).GET().timeout(options.connectTimeout())
                .header("User-Agent", "waystation")
                .header("Accept", "text/event-stream")
                .header("Cache-Control", "no-cache");
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        addCredentials(request, target, asked);
        return request.build();
    }

    private void addCredentials(HttpRequest.Builder request, URI target, URI asked) {
        if (sameServer(target, asked)) {
            options.headers().forEach(request::setHeader);
            if (options.token() != null) {
                request.setHeader("Authorization", "Bearer " + options.token());
            }
        }
    }

    /** The same host, and not from https down to http. */
    private static boolean sameServer(URI target, URI asked) {
        boolean sameHost = target.getHost() != null && target.getHost().equalsIgnoreCase(asked.getHost());
        boolean upgrade = "http".equals(asked.getScheme()) && "https".equals(target.getScheme());
        return sameHost && (upgrade
                || asked.getScheme().equals(target.getScheme()) && asked.getPort() == target.getPort());
    }

    /** Where the newest stream was opened, behind all redirects; null before the first. */
    URI opened() {
        return opened;
    }

    /** Posts JSON to a server that has a stream, as trusted as that of the stream. */
    int post(URI address, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(options.connectTimeout())
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
        addCredentials(request, address, options.address());
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HttpRequest request)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofPublisher());
        try {
            return answer.get();
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            throw stopped;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException problem) {
                throw problem;
            }
            throw new IOException(failed.getCause());
        }
    }

    private static StreamRefusedException refused(URI target, HttpResponse<?> response, int status) {
        String where = target.getScheme() + "://" + target.getRawAuthority() + target.getRawPath();
        String what = switch (status) {
            case 200 -> " is no event stream";
            case 401 -> " wants a valid token (401)";
            case 403 -> " refuses this token (403)";
            case 404 -> " does not exist (404)";
            default -> " answered " + status;
        };
        Duration retryAfter = response.headers().firstValue("retry-after").map(StreamHttp::seconds).orElse(null);
        return new StreamRefusedException(status, where + what, retryAfter);
    }

    private static Duration seconds(String text) {
        if (!text.matches("\\d{1,9}")) {
            return null; // a date: the backoff will do
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(text));
        return asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
    }
}
