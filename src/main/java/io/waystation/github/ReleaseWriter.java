package io.waystation.github;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Makes releases: each call is one request, and what is published is never changed.
 *
 * <p>Thread-safe. Whether a call that failed as {@link GithubException.Code#UNAVAILABLE} happened all the same is not known:
 * read the releases again before the next one.
 */
public final class ReleaseWriter {
    private static final int PER_PAGE = 100;

    private final GithubClient client;

    /**
     * A release with what only those who may write see.
     *
     * @param release the release
     * @param text its description
     * @param immutable whether nothing of it can be changed any more
     * @param uploads where its files are uploaded to
     */
    public record Writable(Release release, String text, boolean immutable, URI uploads) {
        /** The file of this name. */
        public Optional<ReleaseAsset> asset(String name) {
            return release.assets().stream().filter(asset -> asset.name().equals(name)).findFirst();
        }
    }

    /** Writes through a client whose token may. */
    public ReleaseWriter(GithubClient client) {
        this.client = client;
    }

    /** The newest releases, drafts among them. */
    public List<Writable> list(String repository, int most) {
        List<Writable> found = new ArrayList<>();
        Optional<URI> page = Optional.empty();
        do {
            GithubAnswer answer = page.map(client::get)
                    .orElseGet(() -> client.get(path(repository) + "?per_page=" + Math.min(most, PER_PAGE)));
            answer.body().forEach(node -> found.add(writable(node)));
            page = answer.body().isEmpty() ? Optional.empty() : answer.next();
        } while (page.isPresent() && found.size() < most);
        return List.copyOf(found);
    }

    /** One release by its number. */
    public Writable get(String repository, long id) {
        return writable(client.get(path(repository) + "/" + id).body());
    }

    /** Makes a draft, which nobody else sees. */
    public Writable draft(String repository, String tag, String name, String text) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("tag_name", tag).put("name", name).put("body", text).put("draft", true);
        return writable(client.send("POST", path(repository), body).body());
    }

    /** Uploads a file to a draft; a file of the same name must be gone. */
    public void upload(Writable draft, String name, String type, Path file) {
        String separator = draft.uploads().getRawQuery() == null ? "?" : "&";
        URI address = URI.create(draft.uploads() + separator + "name=" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        client.upload(address, type, file);
    }

    /** Deletes a file of a draft. */
    public void delete(String repository, ReleaseAsset asset) {
        client.send("DELETE", path(repository) + "/assets/" + asset.id(), null);
    }

    /** Publishes a draft. It is not marked as the latest of its repository, which may hold many subsystems. */
    public Writable publish(String repository, Writable draft) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("draft", false).put("make_latest", "false");
        return writable(client.send("PATCH", path(repository) + "/" + draft.release().id(), body).body());
    }

    private static String path(String repository) {
        return "/repos/" + Releases.checked(repository) + "/releases";
    }

    private static Writable writable(JsonNode node) {
        String template = node.path("upload_url").asText("");
        try {
            return new Writable(Releases.release(node), node.path("body").asText(""), node.path("immutable").asBoolean(),
                    URI.create(template.replaceFirst("\\{.*", "")));
        } catch (IllegalArgumentException malformed) {
            throw GithubException.unexpected("A release names an address for uploads that is none");
        }
    }
}
