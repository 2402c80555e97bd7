package io.waystation.github;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

import io.waystation.github.GithubException.Code;

/**
 * Sends requests to the API: conditional where it can, never while GitHub asks to be left alone.
 *
 * <p>Nothing is tried again here, apart from one redirect after another on the same server (repositories are renamed): a failure
 * says when to come back, and whoever asked defers its work until then. The token goes to the API's own address and nowhere
 * else. Thread-safe.
 */
public final class GithubClient {
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final int SHOWN = 500;
    private static final int MOST_REDIRECTS = 3;
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final Pattern NEXT = Pattern.compile("<([^<>]+)>\\s*;[^,]*\\brel=\"next\"");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final GithubSettings settings;
    private final Clock clock;
    private final RateLimit limit;
    private final AnswerCache cache = new AnswerCache();
    private HttpClient http;

    /** A client for the API that the settings name. */
    public GithubClient(GithubSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.limit = new RateLimit(clock);
    }

    /** Made when it is first needed: TLS takes longer to load than the rest of a room, and many hubs never ask. */
    private synchronized HttpClient http() {
        if (http == null) {
            http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER) // the JDK would carry the token to any host
                    .connectTimeout(settings.timeout())
                    .build();
        }
        return http;
    }

    /**
     * Reads something.
     *
     * @param path path below the API's address, starting with a slash, its segments already encoded
     * @throws GithubException when it cannot be read
     */
    public GithubAnswer get(String path) {
        return get(address(path));
    }

    /** Reads an address the API named, such as the next page. */
    public GithubAnswer get(URI address) {
        Optional<AnswerCache.Entry> known = cache.find(address);
        HttpRequest.Builder request = request(address).GET();
        known.ifPresent(entry -> request.header("If-None-Match", entry.etag()));
        HttpResponse<byte[]> response = follow(request, address);
        if (response.statusCode() == 304 && known.isPresent()) {
            return answer(200, known.get().body(), known.get().link());
        }
        String link = response.headers().firstValue("link").orElse("");
        response.headers().firstValue("etag").ifPresent(etag -> cache.put(address, new AnswerCache.Entry(etag, response.body(), link)));
        return answer(success(response), response.body(), link);
    }

    /**
     * Changes something.
     *
     * @param method POST, PATCH, PUT or DELETE
     * @param path path below the API's address, its segments already encoded
     * @param body sent as JSON, or null for none
     * @throws GithubException when it is refused; whether it happened is not known when the code is {@link Code#UNAVAILABLE}
     */
    public GithubAnswer send(String method, String path, JsonNode body) {
        URI address = address(path);
        HttpRequest.Builder request = request(address);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8));
        }
        HttpResponse<byte[]> response = exchange(request.build());
        return answer(success(response), response.body(), "");
    }

    /**
     * Uploads a file of a release.
     *
     * @param address where the API wants it, on its own server or the one that the settings allow for uploads; nowhere else
     * @param type content type
     * @param file its length is sent with it
     * @throws GithubException when it is refused; whether it happened is not known when the code is {@link Code#UNAVAILABLE}
     */
    public GithubAnswer upload(URI address, String type, Path file) {
        if (!isOurs(address) && !isSameServer(settings.uploads(), address)) {
            throw elsewhere(address);
        }
        try {
            HttpRequest request = authorized(address).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofFile(file)).build();
            HttpResponse<byte[]> response = exchange(request, settings.uploadTimeout());
            return answer(success(response), response.body(), "");
        } catch (FileNotFoundException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private URI address(String path) {
        return URI.create(settings.api() + path);
    }

    private static GithubException elsewhere(URI address) {
        return GithubException.unexpected("The API leads to another server, " + address.getHost() + ", where the token must not go");
    }

    private HttpRequest.Builder request(URI address) {
        if (!isOurs(address)) {
            throw elsewhere(address);
        }
        return authorized(address);
    }

    private HttpRequest.Builder authorized(URI address) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Accept", "application/vnd.github+json")
                .header("X-GitHub-Api-Version", "2022-11-28")
                .header("User-Agent", "waystation");
        settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token.text()));
        return request;
    }

    private boolean isOurs(URI address) {
        return isSameServer(settings.api(), address);
    }

    private static boolean isSameServer(URI allowed, URI address) {
        return allowed.getScheme().equals(address.getScheme()) && allowed.getHost().equalsIgnoreCase(address.getHost())
                && allowed.getPort() == address.getPort() && address.getUserInfo() == null;
    }

    private HttpResponse<byte[]> follow(HttpRequest.Builder request, URI from) {
        HttpResponse<byte[]> response = exchange(request.build());
        URI address = from;
        for (int i = 0; i < MOST_REDIRECTS && isRedirect(response.statusCode()); i++) {
            try {
                address = address.resolve(response.headers().firstValue("location").orElse(""));
            } catch (IllegalArgumentException malformed) {
                throw GithubException.unexpected("The API redirects to something that is no address");
            }
            response = exchange(request(address).GET().build());
        }
        return response;
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 307 || status == 308;
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) {
        return exchange(request, settings.timeout());
    }

    private HttpResponse<byte[]> exchange(HttpRequest request, Duration timeout) {
        limit.closedUntil().ifPresent(until -> {
            throw new GithubException(Code.RATE_LIMITED, 0, "GitHub asked to be left alone until " + until, "", until);
        });
        CompletableFuture<HttpResponse<byte[]>> sent =
                http().sendAsync(request, head -> new LimitedBody(LARGEST_ANSWER));
        try {
            return sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            sent.cancel(true);
            throw GithubException.unavailable(
                    request.uri().getHost() + " did not answer within " + timeout.toSeconds() + " s", clock.instant().plus(AGAIN));
        } catch (ExecutionException failed) {
            String problem = failed.getCause() instanceof IOException io && io.getMessage() != null
                    ? io.getMessage() : failed.getCause().getClass().getSimpleName();
            throw GithubException.unavailable(request.uri().getHost() + " cannot be reached: " + problem, clock.instant().plus(AGAIN));
        } catch (InterruptedException stopped) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw GithubException.unavailable("the hub is stopping", clock.instant());
        }
    }

    private int success(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return status;
        }
        String body = new String(response.body(), 0, Math.min(response.body().length, SHOWN), StandardCharsets.UTF_8);
        String what = response.request().method() + " " + response.request().uri().getPath();
        limit.refused(status, response.headers(), body).ifPresent(until -> {
            throw new GithubException(Code.RATE_LIMITED, status, "GitHub's rate limit is used up until " + until, body, until);
        });
        if (status >= 500) {
            throw new GithubException(Code.UNAVAILABLE, status, what + " was answered " + status, body, clock.instant().plus(AGAIN));
        }
        Code code = switch (status) {
            case 401, 403 -> Code.DENIED;
            case 404, 410 -> Code.NOT_FOUND;
            case 400, 409, 422 -> Code.INVALID;
            default -> Code.UNEXPECTED;
        };
        throw new GithubException(code, status, what + " was answered " + status, body, null);
    }

    private static GithubAnswer answer(int status, byte[] body, String link) {
        try {
            JsonNode parsed = body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
            Matcher next = NEXT.matcher(link);
            return new GithubAnswer(status, parsed, next.find() ? Optional.of(URI.create(next.group(1))) : Optional.empty());
        } catch (IOException | IllegalArgumentException malformed) {
            throw GithubException.unexpected("The API's answer is no JSON");
        }
    }
}
