package io.waystation.github;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.waystation.settings.Secret;

/** A server that keeps releases as GitHub's API does: pages, ETags, limits, drafts, uploads that break, releases that cannot be changed. */
public final class FakeGithub implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One request it got. */
    public record Request(String method, String path, Optional<String> authorization, int answered) {
    }

    private final HttpServer server;
    private final Map<String, List<ObjectNode>> releases = new TreeMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile int failWith;
    private volatile int failUploads;
    private volatile boolean damages;
    private long ids;
    private volatile Map<String, String> failHeaders = Map.of();

    /** Starts on a free port. */
    public FakeGithub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    /** Its address, as {@code waystation.github.api} takes it. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** A client for it. */
    public GithubClient client(Clock clock) {
        return new GithubClient(new GithubSettings(address(), Optional.of(Secret.of("s3cret")), Duration.ofSeconds(5), address(), Duration.ofSeconds(5)), clock);
    }

    /** Adds a published release, newest first as GitHub lists them, and gives its JSON to change. */
    public synchronized ObjectNode publish(String repository, String tag, Instant when) {
        ObjectNode release = JSON.createObjectNode();
        List<ObjectNode> all = releases.computeIfAbsent(repository, r -> new ArrayList<>());
        release.put("id", ++ids).put("tag_name", tag).put("name", tag).put("draft", false).put("prerelease", false)
                .put("published_at", when.toString()).putArray("assets");
        all.add(0, release);
        return release;
    }

    /** Adds a file to a release. */
    public static ObjectNode asset(ObjectNode release, String name, String state, long size) {
        ObjectNode asset = ((ArrayNode) release.get("assets")).addObject();
        return asset.put("id", 1).put("name", name).put("state", state).put("size", size)
                .put("browser_download_url", "http://127.0.0.1/download/" + name);
    }

    /** From now on answers with this status; 0 ends it. */
    public void fail(int status, Map<String, String> headers) {
        failHeaders = headers;
        failWith = status;
    }

    /** Adds a repository without releases. */
    public synchronized void repository(String repository) {
        releases.computeIfAbsent(repository, name -> new ArrayList<>());
    }

    /** So many uploads are answered with 502 and leave an empty file that looks as if its upload had begun. */
    public void failUploads(int count) {
        failUploads = count;
    }

    /** From now on it keeps other bytes than it is sent. */
    public void damage() {
        damages = true;
    }

    /** Releases of a repository, drafts among them, newest first. */
    public synchronized List<ObjectNode> releases(String repository) {
        return releases.getOrDefault(repository, List.of()).stream().map(ObjectNode::deepCopy).toList();
    }

    /** What it was asked so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (failWith != 0) {
            failHeaders.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            answer(exchange, failWith, "{\"message\":\"no\"}");
        } else if (!exchange.getRequestMethod().equals("GET") && path.matches("/repos/[^/]+/[^/]+/releases(/.*)?")) {
            write(exchange, path.split("/"));
        } else if (path.matches("/repos/[^/]+/[^/]+/releases/\\d+")) {
            String[] parts = path.split("/");
            Optional<ObjectNode> found = find(parts[2] + "/" + parts[3], Long.parseLong(parts[5]));
            answer(exchange, found.isPresent() ? 200 : 404, found.map(ObjectNode::toString).orElse("{}"));
        } else if (path.matches("/repos/[^/]+/[^/]+/releases")) {
            list(exchange, path.substring("/repos/".length(), path.length() - "/releases".length()));
        } else if (path.matches("/repos/[^/]+/[^/]+/releases/tags/.+")) {
            String[] parts = path.split("/", 7);
            Optional<ObjectNode> found = releases.getOrDefault(parts[2] + "/" + parts[3], List.of()).stream()
                    .filter(release -> release.get("tag_name").asText().equals(parts[6])).findFirst();
            answer(exchange, found.isPresent() ? 200 : 404, found.map(ObjectNode::toString).orElse("{}"));
        } else {
            answer(exchange, 404, "{\"message\":\"Not Found\"}");
        }
    }

    /** POST a draft, POST a file, PATCH a draft, DELETE a file. */
    private void write(HttpExchange exchange, String[] parts) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String repository = parts[2] + "/" + parts[3];
        if (exchange.getRequestMethod().equals("DELETE")) {
            long id = Long.parseLong(parts[6]);
            releases.get(repository).forEach(release -> {
                for (int i = release.withArray("assets").size() - 1; i >= 0; i--) {
                    if (release.withArray("assets").get(i).get("id").asLong() == id) {
                        release.withArray("assets").remove(i);
                    }
                }
            });
            answer(exchange, 204, "");
        } else if (parts.length == 5) {
            ObjectNode asked = (ObjectNode) JSON.readTree(body);
            ObjectNode release = publish(repository, asked.get("tag_name").asText(), Instant.EPOCH);
            release.setAll(asked);
            release.putNull("published_at").put("upload_url", address() + "/repos/" + repository + "/releases/" + release.get("id").asLong()
                    + "/assets{?name,label}");
            answer(exchange, 201, release.toString());
        } else if (parts.length == 6) {
            ObjectNode release = find(repository, Long.parseLong(parts[5])).orElseThrow();
            release.setAll((ObjectNode) JSON.readTree(body));
            release.put("published_at", Instant.EPOCH.toString()).put("immutable", true);
            answer(exchange, 200, release.toString());
        } else {
            upload(exchange, find(repository, Long.parseLong(parts[5])).orElseThrow(), body);
        }
    }

    private void upload(HttpExchange exchange, ObjectNode release, byte[] body) throws IOException {
        String name = exchange.getRequestURI().getQuery().replaceFirst("name=", "");
        if (release.path("immutable").asBoolean()) {
            answer(exchange, 422, "{\"message\":\"Cannot upload assets to an immutable release\"}");
            return;
        }
        for (JsonNode asset : release.withArray("assets")) {
            if (asset.get("name").asText().equals(name)) {
                answer(exchange, 422, "{\"message\":\"Validation Failed\",\"errors\":[{\"code\":\"already_exists\"}]}");
                return;
            }
        }
        boolean breaks = failUploads > 0;
        ObjectNode asset = asset(release, name, breaks ? "starter" : "uploaded", breaks ? 0 : body.length).put("id", ++ids);
        if (breaks) {
            failUploads--;
            answer(exchange, 502, "{\"message\":\"upstream\"}");
            return;
        }
        byte[] kept = damages ? new byte[body.length] : body;
        asset.put("digest", "sha256:" + HexFormat.of().formatHex(sha256(kept)));
        answer(exchange, 201, asset.toString());
    }

    private Optional<ObjectNode> find(String repository, long id) {
        return releases.getOrDefault(repository, List.of()).stream().filter(release -> release.get("id").asLong() == id).findFirst();
    }

    private void list(HttpExchange exchange, String repository) throws IOException {
        List<ObjectNode> all = releases.get(repository);
        if (all == null) {
            answer(exchange, 404, "{\"message\":\"Not Found\"}");
            return;
        }
        int size = parameter(exchange, "per_page", 30);
        int page = parameter(exchange, "page", 1);
        int from = Math.min(all.size(), (page - 1) * size);
        int to = Math.min(all.size(), from + size);
        if (to < all.size()) {
            exchange.getResponseHeaders().set("Link", "<%s%s?per_page=%d&page=%d>; rel=\"next\", <%s/last>; rel=\"last\"".formatted(
                    address(), exchange.getRequestURI().getPath(), size, page + 1, address()));
        }
        answer(exchange, 200, JSON.createArrayNode().addAll(all.subList(from, to)).toString());
    }

    private static int parameter(HttpExchange exchange, String name, int otherwise) {
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return Integer.parseInt(pair.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    private void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String etag = "\"" + HexFormat.of().formatHex(sha256(body), 0, 8) + "\"";
        int answered = status == 200 && etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match")) ? 304 : status;
        requests.add(new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(),
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")), answered));
        exchange.getResponseHeaders().set("ETag", etag);
        if (answered == 304) {
            exchange.sendResponseHeaders(304, -1);
        } else {
            exchange.sendResponseHeaders(status, status == 204 ? -1 : body.length);
            if (status != 204) {
                exchange.getResponseBody().write(body);
            }
        }
        exchange.close();
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
