package io.waystation.update;

import static io.waystation.update.Upstreams.commit;
import static io.waystation.update.Upstreams.tagged;
import static io.waystation.update.Upstreams.version;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.waystation.github.Release;
import io.waystation.github.ReleaseAsset;

/** Git tells the commit, the release API the files and the prerelease: both must agree. */
class ReleaseRulesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String FILE = "nats-server-v2.10.25-linux-amd64.tar.gz";
    private static final DecisionRules RULES = new DecisionRules(new Platform("linux", "amd64"));
    private static final SubsystemState ON_24 = SubsystemState.EMPTY.installed(version("v2.10.24"));

    private final Subsystem nats = TestSubsystems.nats(d -> d.setStrategy("releases"), d -> d.setAssets("nats-server-{tag}-{os}-{arch}.tar.gz"),
            d -> d.setAssetWait("30m"), d -> d.setLargestAsset("1MiB"));

    @Test
    void takesAReleaseWhoseFilesAreThere() {
        assertSays(decide(NOW, release(false, NOW, file(true, 1000))), Action.UPDATE, Rule.NEWER_VERSION);
    }

    @Test
    void waitsForFilesThatAreStillUploadedButNotForEver() {
        Decision starting = decide(NOW, release(false, NOW, file(false, 0)));
        assertSays(starting, Action.HOLD, Rule.ASSETS_UPLOADING);
        assertThat(starting.until()).isEqualTo(NOW.plusSeconds(10));
        Decision later = decide(NOW, release(false, NOW.minusSeconds(120)));
        assertSays(later, Action.HOLD, Rule.ASSETS_UPLOADING);
        assertThat(later.until()).isEqualTo(NOW.plusSeconds(60));
        Decision last = decide(NOW, release(false, NOW.minus(Duration.ofMinutes(29))));
        assertThat(last.until()).isEqualTo(NOW.plusSeconds(60));

        Decision never = decide(NOW, release(false, NOW.minus(Duration.ofMinutes(30)), file(false, 0)));
        assertSays(never, Action.REFUSE, Rule.MISSING_ASSET);
        assertThat(never.reason()).contains(FILE);
    }

    @Test
    void refusesAFileOfAWrongSizeByName() {
        assertSays(decide(NOW, release(false, NOW, file(true, 0))), Action.REFUSE, Rule.WRONG_SIZE);
        Decision large = decide(NOW, release(false, NOW, file(true, (1 << 20) + 1)));
        assertSays(large, Action.REFUSE, Rule.WRONG_SIZE);
        assertThat(large.reason()).contains(FILE).contains("1048577 bytes");
    }

    @Test
    void believesNeitherATagWithoutAReleaseNorAReleaseWithoutATag() {
        Decision tagOnly = RULES.decide(nats, List.of(tagged("v2.10.24", "v2.10.25").release(published("v2.10.24")).of(nats)), ON_24, NOW);
        assertSays(tagOnly, Action.NONE, Rule.UP_TO_DATE);
        assertThat(tagOnly.findings()).extracting(Finding::rule).containsExactly(Rule.TAG_WITHOUT_RELEASE);
        Decision releaseOnly = RULES.decide(nats, List.of(tagged("v2.10.24").release(published("v2.10.24")).release(published("v2.10.25")).of(nats)), ON_24, NOW);
        assertSays(releaseOnly, Action.NONE, Rule.UP_TO_DATE);
        assertThat(releaseOnly.findings()).extracting(Finding::rule).containsExactly(Rule.RELEASE_WITHOUT_TAG);
    }

    @Test
    void doesNotCountADraft() {
        Release draft = new Release(1, "v2.10.25", "", true, false, null, List.of(file(true, 10)));
        Decision decision = RULES.decide(nats, List.of(tagged("v2.10.24", "v2.10.25").release(draft).of(nats)), ON_24, NOW);
        assertThat(decision.findings()).extracting(Finding::rule).containsExactly(Rule.TAG_WITHOUT_RELEASE);
    }

    @Test
    void takesAMarkedPrereleaseOnlyWhenAnyIsTaken() {
        Decision decision = decide(NOW, release(true, NOW, file(true, 1000)));
        assertThat(decision.findings()).extracting(Finding::rule).containsExactly(Rule.PRERELEASE);
        assertThat(decision.action()).isEqualTo(Action.NONE);
    }

    @Test
    void restsSinceThePublicationWhichTheForgeDates() {
        Subsystem careful = TestSubsystems.nats(d -> d.setStrategy("releases"), d -> d.setCooldown("1d"));
        UpstreamReading reading = tagged("v2.10.24", "v2.10.25").release(release(false, NOW.minus(Duration.ofDays(2)))).of(careful);
        assertSays(RULES.decide(careful, List.of(reading), ON_24, NOW), Action.UPDATE, Rule.NEWER_VERSION);
    }

    @Test
    void isNotMisledByAFixForAnOldLineThatWasPublishedLast() {
        Upstreams upstream = tagged("v2.10.24", "v2.10.25", "v2.9.99").release(published("v2.9.99")).release(published("v2.10.25")).release(published("v2.10.24"));
        assertThat(RULES.decide(TestSubsystems.nats(d -> d.setStrategy("releases")), List.of(upstream.of(nats)), ON_24, NOW).wanted().commit())
                .isEqualTo(commit("v2.10.25"));
    }

    private Decision decide(Instant now, Release release) {
        return RULES.decide(nats, List.of(tagged("v2.10.24", "v2.10.25").release(release).of(nats)), ON_24, now);
    }

    private static Release published(String tag) {
        return new Release(1, tag, tag, false, false, NOW.minus(Duration.ofDays(1)), List.of());
    }

    private static Release release(boolean prerelease, Instant published, ReleaseAsset... files) {
        return new Release(1, "v2.10.25", "", false, prerelease, published, List.of(files));
    }

    private static ReleaseAsset file(boolean uploaded, long size) {
        return new ReleaseAsset(1, FILE, uploaded, size, Optional.empty(), URI.create("https://example.com/" + FILE));
    }

    private static void assertSays(Decision decision, Action action, Rule rule) {
        assertThat(decision.rule()).as(decision.reason()).isEqualTo(rule);
        assertThat(decision.action()).isEqualTo(action);
    }
}
