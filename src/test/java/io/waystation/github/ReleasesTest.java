package io.waystation.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.waystation.MovableClock;
import io.waystation.github.GithubException.Code;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/** Reading releases over HTTP, from a server that keeps some. */
class ReleasesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String REPOSITORY = "nats-io/nats-server";

    private final FakeGithub github = new FakeGithub();
    private final MovableClock clock = new MovableClock(NOW);
    private final Releases releases = new Releases(github.client(clock));

    @AfterEach
    void close() {
        github.close();
    }

    @Test
    void readsEveryPageUpToTheLimitAsked() {
        IntStream.range(0, 250).forEach(i -> github.publish(REPOSITORY, "v1." + i + ".0", NOW));

        assertThat(releases.list(REPOSITORY, 1000)).hasSize(250).first().extracting(Release::tag).isEqualTo("v1.249.0");
        assertThat(releases.list(REPOSITORY, 150)).hasSize(150);
        assertThat(github.requests()).allMatch(request -> request.authorization().equals(Optional.of("Bearer s3cret")));
    }

    @Test
    void readsTheStateSizeAndDigestOfFiles() {
        ObjectNode release = github.publish(REPOSITORY, "v2.10.25", NOW.minusSeconds(60));
        release.put("prerelease", true);
        FakeGithub.asset(release, "nats.tar.gz", "uploaded", 1234).put("digest", "sha256:" + "AB".repeat(32));
        FakeGithub.asset(release, "nats.zip", "starter", 0).putNull("digest");

        Release read = releases.ofTag(REPOSITORY, "v2.10.25").orElseThrow();

        assertThat(read.prerelease()).isTrue();
        assertThat(read.published()).isEqualTo(NOW.minusSeconds(60));
        assertThat(read.assets().get(0)).isEqualTo(new ReleaseAsset(1, "nats.tar.gz", true, 1234,
                Optional.of("ab".repeat(32)), URI.create("http://127.0.0.1/download/nats.tar.gz")));
        assertThat(read.assets().get(1).uploaded()).isFalse();
        assertThat(releases.ofTag(REPOSITORY, "v9.9.9")).isEmpty();
    }

    @Test
    void asksConditionallyTheSecondTime() {
        github.publish(REPOSITORY, "v1.0.0", NOW);
        assertThat(releases.list(REPOSITORY, 10)).hasSize(1);
        assertThat(releases.list(REPOSITORY, 10)).hasSize(1);
        github.publish(REPOSITORY, "v1.0.1", NOW);
        assertThat(releases.list(REPOSITORY, 10)).hasSize(2);

        assertThat(github.requests()).extracting(FakeGithub.Request::answered).containsExactly(200, 304, 200);
    }

    @Test
    void asksNobodyBeforeTheTimeThatRetryAfterNames() {
        github.publish(REPOSITORY, "v1.0.0", NOW);
        github.fail(429, Map.of("Retry-After", "90"));
        assertThat(limited()).isEqualTo(NOW.plusSeconds(90));

        github.fail(0, Map.of());
        assertThat(limited()).isEqualTo(NOW.plusSeconds(90));
        assertThat(github.requests()).hasSize(1);

        clock.move(Duration.ofSeconds(91));
        assertThat(releases.list(REPOSITORY, 10)).hasSize(1);
    }

    @Test
    void waitsForTheResetWhenTheLimitIsUsedUp() {
        github.fail(403, Map.of("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", String.valueOf(NOW.plusSeconds(1800).getEpochSecond())));
        assertThat(limited()).isEqualTo(NOW.plusSeconds(1800));
    }

    @Test
    void waitsAMinuteWhereGithubNamesNoTimeAndNeverForDays() {
        github.fail(429, Map.of());
        assertThat(limited()).isEqualTo(NOW.plusSeconds(60));
        clock.move(Duration.ofMinutes(2));
        github.fail(429, Map.of("Retry-After", "99999999"));
        assertThat(limited()).isEqualTo(clock.instant().plus(Duration.ofHours(2)));
    }

    @Test
    void tellsAPlainRefusalFromALimit() {
        github.fail(403, Map.of("X-RateLimit-Remaining", "4999"));
        assertThat(failure().code()).isEqualTo(Code.DENIED);
        github.fail(404, Map.of());
        assertThat(failure().code()).isEqualTo(Code.NOT_FOUND);
        github.fail(502, Map.of());
        assertThat(failure().code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure().retryAt()).contains(NOW.plusSeconds(30));
    }

    @Test
    void followsARenamedRepositoryButNeverToAnotherServer() {
        github.publish("new/name", "v1.0.0", NOW);
        github.fail(301, Map.of("Location", "https://attacker.example.com/repos/new/name/releases"));

        assertThatThrownBy(() -> releases.list(REPOSITORY, 10)).isInstanceOf(GithubException.class)
                .hasMessageContaining("attacker.example.com");
        assertThat(github.requests()).hasSize(1);
    }

    @Test
    void saysThatNobodyAnswers() {
        github.close();
        assertThat(failure().code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure().getMessage()).contains("cannot be reached").doesNotContain("s3cret");
    }

    @Test
    void sendsWhatAFeatureChanges() {
        GithubException refused = catchThrowableOfType(GithubException.class,
                () -> github.client(clock).send("POST", "/repos/a/b/statuses/c", JsonNodeFactory.instance.objectNode().put("state", "success")));
        assertThat(refused.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(github.requests().get(0).method()).isEqualTo("POST");
    }

    @Test
    void refusesAnAddressThatIsNone() {
        assertThatThrownBy(() -> GithubSettings.from(Settings.of(Map.of("waystation.github.api", "ftp://x"))))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("waystation.github.api");
    }

    private Instant limited() {
        GithubException failure = failure();
        assertThat(failure.code()).isEqualTo(Code.RATE_LIMITED);
        return failure.retryAt().orElseThrow();
    }

    private GithubException failure() {
        return catchThrowableOfType(GithubException.class, () -> releases.list(REPOSITORY, 10));
    }
}
