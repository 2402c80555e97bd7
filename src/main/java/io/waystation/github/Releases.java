package io.waystation.github;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads the releases of a repository. Thread-safe.
 *
 * <p>All of them, and never "the latest": that is whatever was published last or somebody marked, so a fix for an old line, or
 * another subsystem of a mono-repository, would look newest.
 */
public final class Releases {
    private static final int PER_PAGE = 100;
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}");
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-fA-F]{64})");

    private final GithubClient client;

    /** Reads through a client. */
    public Releases(GithubClient client) {
        this.client = client;
    }

    /**
     * The newest releases, in the order GitHub lists them; drafts only if the token may see them.
     *
     * @param repository {@code owner/name}
     * @param most how many to read at most
     * @throws GithubException when they cannot be read
     */
    public List<Release> list(String repository, int most) {
        List<Release> releases = new ArrayList<>();
        Optional<URI> page = Optional.empty();
        do {
            GithubAnswer answer = page.map(client::get)
                    .orElseGet(() -> client.get("/repos/" + checked(repository) + "/releases?per_page=" + Math.min(most, PER_PAGE)));
            if (!answer.body().isArray()) {
                throw GithubException.unexpected("The list of releases of " + repository + " is no list");
            }
            answer.body().forEach(node -> releases.add(release(node)));
            page = answer.body().isEmpty() ? Optional.empty() : answer.next();
        } while (page.isPresent() && releases.size() < most);
        return List.copyOf(releases.subList(0, Math.min(most, releases.size())));
    }

    /** The published release of a tag. */
    public Optional<Release> ofTag(String repository, String tag) {
        try {
            String encoded = URLEncoder.encode(tag, StandardCharsets.UTF_8).replace("+", "%20");
            return Optional.of(release(client.get("/repos/" + checked(repository) + "/releases/tags/" + encoded).body()));
        } catch (GithubException failed) {
            if (failed.code() == GithubException.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    static String checked(String repository) {
        if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
            throw new IllegalArgumentException("not owner/name: " + repository);
        }
        return repository;
    }

    /** Reads a release as the API and webhooks write it. */
    public static Release release(JsonNode node) {
        if (!node.path("tag_name").isTextual()) {
            throw GithubException.unexpected("A release has no tag_name");
        }
        List<ReleaseAsset> assets = new ArrayList<>();
        node.path("assets").forEach(asset -> assets.add(asset(asset)));
        return new Release(
                node.path("id").asLong(),
                node.path("tag_name").asText(),
                node.path("name").asText(""),
                node.path("draft").asBoolean(),
                node.path("prerelease").asBoolean(),
                instant(node.path("published_at")),
                assets);
    }

    private static ReleaseAsset asset(JsonNode node) {
        Matcher digest = DIGEST.matcher(node.path("digest").asText(""));
        try {
            return new ReleaseAsset(
                    node.path("id").asLong(),
                    node.path("name").asText(""),
                    node.path("state").asText("").equals("uploaded"),
                    node.path("size").asLong(),
                    digest.matches() ? Optional.of(digest.group(1).toLowerCase(Locale.ROOT)) : Optional.empty(),
                    URI.create(node.path("browser_download_url").asText("")));
        } catch (IllegalArgumentException malformed) {
            throw GithubException.unexpected("A file of a release has an address that is none");
        }
    }

    private static Instant instant(JsonNode node) {
        try {
            return node.isTextual() ? Instant.parse(node.asText()) : null;
        } catch (DateTimeParseException malformed) {
            throw GithubException.unexpected("A release was published at '" + node.asText() + "', which is no time");
        }
    }
}
