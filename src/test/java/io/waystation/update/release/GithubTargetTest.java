package io.waystation.update.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.github.FakeGithub;
import io.waystation.github.GithubException;
import io.waystation.github.ReleaseWriter;

class GithubTargetTest {
    private static final String REPOSITORY = "acme/platform";
    private static final GithubTarget.Place PLACE = new GithubTarget.Place(REPOSITORY, "nats-v1.1.0", "nats-v1.1.0", "waystation dev/nats/1");
    private static final Envelope MANIFEST = TestReleases.signed(TestReleases.nats(1), SigningKey.generate());
    @TempDir
    private Path folder;
    private final FakeGithub github = new FakeGithub();
    private final List<String> reached = new ArrayList<>();
    private ReleaseFiles files;

    @BeforeEach
    void pack() throws Exception {
        Path archive = Files.writeString(folder.resolve("nats-linux-amd64.tar.gz"), "an archive");
        files = new ReleaseFiles(archive, DigestUtils.sha256Hex(Files.readAllBytes(archive)), Files.size(archive));
        github.publish(REPOSITORY, "arc-v3.0.0", Instant.EPOCH);
    }

    @AfterEach
    void close() {
        github.close();
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private GithubTarget target() {
        return new GithubTarget(new ReleaseWriter(github.client(Clock.systemUTC())), URI.create("https://github.com"), reached::add);
    }

    private void release(GithubTarget target) {
        GithubTarget.Place place = new GithubTarget.Place(REPOSITORY, target.freeTag(PLACE), PLACE.title(), PLACE.mark());
        target.draft(place);
        target.upload(place, files, MANIFEST);
        target.compare(place, files, MANIFEST);
        target.publish(place, files, MANIFEST);
    }

    private List<ObjectNode> ours() {
        return github.releases(REPOSITORY).stream().filter(release -> release.path("body").asText("").contains(PLACE.mark())).toList();
    }

    private void assertReleasedOnceAndWhole() {
        assertThat(ours()).hasSize(1);
        assertThat(ours().get(0).get("draft").asBoolean()).isFalse();
        assertThat(ours().get(0).get("assets")).hasSize(3)
                .allSatisfy(asset -> assertThat(asset.get("state").asText()).isEqualTo("uploaded"))
                .extracting(asset -> asset.get("name").asText())
                .containsExactlyInAnyOrder("nats-linux-amd64.tar.gz", "nats-linux-amd64.tar.gz.sha256", "nats-linux-amd64.release.json");
    }

    private long writes() {
        return github.requests().stream().filter(request -> !request.method().equals("GET")).count();
    }

    @Test
    void publishesOnlyAfterAllFilesAreThereAndCompared() {
        release(target());

        assertReleasedOnceAndWhole();
        assertThat(github.requests().stream().filter(request -> !request.method().equals("GET")).map(FakeGithub.Request::method))
                .containsExactly("POST", "POST", "POST", "POST", "PATCH");
        assertThat(target().address(PLACE, files.name())).hasToString(
                "https://github.com/acme/platform/releases/download/nats-v1.1.0/nats-linux-amd64.tar.gz");
    }

    @Test
    void goesOnWhereverItWasKilled() {
        release(target());
        int steps = reached.size();
        assertThat(steps).isGreaterThan(7);
        for (int step = 1; step <= steps; step++) {
            try (FakeGithub fresh = new FakeGithub()) {
                List<String> seen = new ArrayList<>();
                int last = step;
                GithubTarget dying = new GithubTarget(new ReleaseWriter(fresh.client(Clock.systemUTC())), URI.create("https://github.com"), at -> {
                    seen.add(at);
                    if (seen.size() == last) {
                        throw new Killed();
                    }
                });
                fresh.publish(REPOSITORY, "arc-v3.0.0", Instant.EPOCH);
                assertThatThrownBy(() -> release(dying)).isInstanceOf(Killed.class);

                release(new GithubTarget(new ReleaseWriter(fresh.client(Clock.systemUTC())), URI.create("https://github.com"), at -> { }));

                assertThat(fresh.releases(REPOSITORY)).as("killed after %s", seen).hasSize(2);
                assertThat(fresh.releases(REPOSITORY).get(0).get("draft").asBoolean()).isFalse();
                assertThat(fresh.releases(REPOSITORY).get(0).get("assets")).hasSize(3);
            }
        }
    }

    @Test
    void deletesWhatABrokenUploadLeft() {
        github.failUploads(1);

        assertThatThrownBy(() -> release(target())).isInstanceOfSatisfying(GithubException.class,
                failed -> assertThat(failed.retryAt()).as("worth another try").isPresent());
        assertThat(ours().get(0).get("draft").asBoolean()).as("nobody sees half a release").isTrue();
        release(target());

        assertReleasedOnceAndWhole();
        assertThat(github.requests()).anyMatch(request -> request.method().equals("DELETE"));
    }

    @Test
    void neverTouchesWhatIsPublished() {
        ObjectNode theirs = github.publish(REPOSITORY, "nats-v1.1.0", Instant.EPOCH);
        String before = theirs.toString();

        release(target());

        assertThat(theirs).hasToString(before);
        assertThat(ours().get(0).get("tag_name").asText()).isEqualTo("nats-v1.1.0-2");
        long writes = writes();
        release(target());
        assertThat(writes()).as("once more changes nothing").isEqualTo(writes);
    }

    @Test
    void doesNotPublishWhatIsNotWhatWasUploaded() {
        github.damage();

        assertThatThrownBy(() -> release(target())).isInstanceOfSatisfying(ReleaseFailedException.class,
                failed -> assertThat(failed.code()).isEqualTo("release-differs"));
        assertThat(ours().get(0).get("draft").asBoolean()).isTrue();
    }

    @Test
    void sendsTheTokenToNoServerThatTheSettingsDoNotName() {
        try (FakeGithub elsewhere = new FakeGithub()) {
            assertThatThrownBy(() -> github.client(Clock.systemUTC()).upload(elsewhere.address().resolve("/repos/a/b/releases/1/assets?name=x"),
                    "text/plain", files.archive())).isInstanceOf(GithubException.class).hasMessageContaining("another server");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }
}
