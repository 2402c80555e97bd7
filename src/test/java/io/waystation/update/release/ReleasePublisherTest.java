package io.waystation.update.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.MovableClock;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.release.ReleaseLedger.State;

class ReleasePublisherTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey OTHER = SigningKey.generate();
    @TempDir
    private Path folder;
    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final List<Long> told = new ArrayList<>();
    private DataFolder data;
    private Store store;
    private ReleaseLedger ledger;
    private ReleasePublisher publisher;

    @BeforeEach
    void open() {
        data = DataFolder.open(folder.resolve("data"));
        store = Store.open(data, new SimpleMeterRegistry());
        ledger = new ReleaseLedger(store, clock);
        publisher = new ReleasePublisher(ledger, settings(Optional.of(KEY)), () -> (subsystem, version, usual) -> new Rollout(10, usual.jitter(), false, null),
                entry -> told.add(entry.manifest().serial()), clock);
    }

    private ReleaseSettings settings(Optional<SigningKey> signer) {
        return new ReleaseSettings("dev", "releases", signer, List.of(), List.of(), Duration.ofDays(30),
                Duration.ofSeconds(30), folder, 10, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    @AfterEach
    void close() {
        store.close();
        data.close();
    }

    private static NewRelease release(String version) {
        return new NewRelease("nats", new UpstreamVersion(version, "v" + version, version.replace(".", "").repeat(20).substring(0, 40)),
                "https://github.com/nats-io/nats-server.git", null,
                List.of(new ReleaseArtefact("linux", "amd64", "nats.tar.gz", 9, "ab".repeat(32), List.of(URI.create("https://example.com/" + version)))));
    }

    @Test
    void givesEachReleaseTheNextSerialAndTellsItOnce() {
        Entry first = publisher.prepare(release("1.0.0"));
        assertThat(publisher.prepare(release("1.0.0"))).as("the very same bytes, for a hub that was killed").isEqualTo(first);
        assertThat(told).isEmpty();

        assertThat(publisher.announce(release("1.0.0"))).isEqualTo(first.manifest());
        assertThat(publisher.announce(release("1.0.0"))).isEqualTo(first.manifest());
        publisher.prepare(release("1.1.0"));
        ReleaseManifest second = publisher.announce(release("1.1.0"));

        assertThat(first.manifest().serial()).isEqualTo(1);
        assertThat(second.serial()).isEqualTo(2);
        assertThat(second.rollout()).isEqualTo(new Rollout(10, Duration.ofSeconds(30), false, null));
        assertThat(told).containsExactly(1L, 1L, 2L); // whoever tells it knows the serial and does so once
        assertThat(TrustedKeys.pinned("test", List.of(KEY.publicKey())).signerOf(ledger.published("nats").orElseThrow().envelope(), clock.instant()))
                .isEqualTo(KEY.id());
    }

    @Test
    void reusesTheSerialOfWhatNobodyHasSeen() {
        publisher.prepare(release("1.0.0"));

        assertThat(publisher.prepare(release("1.1.0")).manifest().serial()).isEqualTo(1);
        assertThatThrownBy(() -> publisher.announce(release("1.0.0"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void opensAndHaltsWhatIsOutAndNeverGoesBackInSerials() {
        assertThatThrownBy(() -> publisher.publish("nats", 50, false, null)).isInstanceOf(IllegalStateException.class);
        publisher.prepare(release("1.0.0"));
        publisher.announce(release("1.0.0"));
        publisher.prepare(release("1.1.0"));

        ReleaseManifest halted = publisher.publish("nats", 10, true, "it crashes");
        ReleaseManifest next = publisher.announce(release("1.1.0"));

        assertThat(halted.version()).isEqualTo("1.0.0");
        assertThat(halted.rollout()).isEqualTo(new Rollout(10, Duration.ofSeconds(30), true, "it crashes"));
        assertThat(next.version()).isEqualTo("1.1.0");
        assertThat(next.serial()).as("signed again, because what was prepared came before").isGreaterThan(halted.serial());
        assertThat(ledger.published("nats").orElseThrow().manifest()).isEqualTo(next);
    }

    @Test
    void hasTheFilesOfOtherHubsWhicheverOfThemIsFirst() {
        ReleaseArtefact early = new ReleaseArtefact("linux", "arm64", "nats-arm.tar.gz", 7, "cd".repeat(32), List.of(URI.create("https://example.com/arm")));
        ReleaseArtefact late = new ReleaseArtefact("darwin", "arm64", "nats-mac.tar.gz", 8, "ef".repeat(32), List.of(URI.create("https://example.com/mac")));
        ReleaseArtefact same = new ReleaseArtefact("linux", "amd64", "nats.tar.gz", 5, "00".repeat(32), List.of(URI.create("https://example.com/other")));
        keepPart(early);

        ReleaseManifest first = publisher.prepare(release("1.0.0")).manifest();
        assertThat(publisher.announce(release("1.0.0"))).as("as it was prepared").isEqualTo(first);
        assertThat(first.artefacts()).hasSize(2).contains(early);
        keepPart(late);
        keepPart(same);

        assertThat(publisher.complete("nats").orElseThrow()).satisfies(second -> {
            assertThat(second.serial()).isEqualTo(2);
            assertThat(second.artefacts()).as("its own file of a platform stays").hasSize(3).contains(early, late).doesNotContain(same);
            assertThat(second.rollout()).isEqualTo(first.rollout());
        });
        assertThat(publisher.complete("nats")).isEmpty();
        assertThat(publisher.complete("arc")).isEmpty();
        assertThat(publisher.announce(release("1.0.0")).serial()).isEqualTo(2);
    }

    private void keepPart(ReleaseArtefact file) {
        ledger.keepParts("other", theirs(3, "1.0.0", false, file), Set.of("linux/arm64", "darwin/arm64", "linux/amd64"));
    }

    /** A release of another hub, of the commit that is 1.0.0 here. */
    private ReleaseManifest theirs(long serial, String version, boolean halted, ReleaseArtefact file) {
        NewRelease own = release("1.0.0");
        return new ReleaseManifest(ReleaseManifest.SCHEMA, serial, "nats", version, "v" + version, own.version().commit(), own.repository(),
                clock.instant(), clock.instant().plus(Duration.ofDays(1)), null, List.of(file), new Rollout(100, Duration.ZERO, halted, null), List.of());
    }

    private static ReleaseArtefact arm(String digits) {
        return new ReleaseArtefact("linux", "arm64", "nats-arm.tar.gz", 7, digits.repeat(32), List.of(URI.create("https://example.com/arm")));
    }

    private void take(ReleasePublisher by, ReleaseManifest manifest) {
        new ReleaseParts(ledger, new ReleaseVerifier(TestReleases.MACHINE), by, clock).take("other", new Event("part-" + manifest.serial(), "parts",
                "/waystation/other", ReleaseEvents.TYPE, "nats", clock.instant(), "parts", Event.UNVERIFIED, null, null, "POST", "/parts", null, Headers.EMPTY,
                TestReleases.signed(manifest, OTHER).bytes()), TestReleases.trusting(OTHER), Set.of("linux/arm64"));
    }

    @Test
    void takesNoFileOfAnotherVersionOfTheSameCommit() {
        take(publisher, theirs(3, "1.0.0-rc1", false, arm("cd")));
        assertThat(publisher.prepare(release("1.0.0")).manifest().artefacts()).hasSize(1);
        publisher.announce(release("1.0.0"));

        take(publisher, theirs(4, "1.0.0", false, arm("ef")));

        assertThat(ledger.published("nats").orElseThrow().manifest().artefacts()).hasSize(2).contains(arm("ef"));
    }

    @Test
    void forgetsTheFilesOfAReleaseThatIsHaltedAndTakesNoneThatIsOldOrExpired() {
        ReleaseManifest first = theirs(3, "1.0.0", false, arm("cd"));
        take(publisher, first);
        assertThat(ledger.parts("nats", release("1.0.0").version())).hasSize(1);

        take(publisher, theirs(4, "1.0.0", true, arm("cd")));
        take(publisher, first);
        ReleaseManifest late = theirs(5, "1.0.0", false, arm("cd"));
        clock.move(Duration.ofDays(1));
        take(publisher, late);

        assertThat(ledger.parts("nats", release("1.0.0").version())).isEmpty();
        assertThat(ledger.refusals(Optional.of("nats"), 5)).extracting(ReleaseLedger.Refused::code).containsExactlyInAnyOrder("replayed", "expired");
        take(publisher, theirs(6, "1.0.0", false, arm("cd")));
        assertThat(publisher.prepare(release("1.0.0")).manifest().artefacts()).hasSize(2);
    }

    @Test
    void keepsTheFilesOfOtherHubsUntilItHasAKey() {
        ReleasePublisher without = new ReleasePublisher(ledger, settings(Optional.empty()), () -> (subsystem, version, usual) -> usual, entry -> { }, clock);

        take(without, theirs(3, "1.0.0", false, arm("cd")));

        assertThat(publisher.prepare(release("1.0.0")).manifest().artefacts()).hasSize(2).contains(arm("cd"));
    }

    @Test
    void signsAgainAtHalfOfTheLifetime() {
        publisher.prepare(release("1.0.0"));
        ReleaseManifest first = publisher.announce(release("1.0.0"));
        clock.move(Duration.ofDays(14));
        publisher.refresh();
        assertThat(ledger.published("nats").orElseThrow().manifest()).isEqualTo(first);

        clock.move(Duration.ofDays(1));
        publisher.refresh();

        ReleaseManifest again = ledger.published("nats").orElseThrow().manifest();
        assertThat(again.serial()).isEqualTo(2);
        assertThat(again.expires()).isEqualTo(first.expires().plus(Duration.ofDays(15)));
        assertThat(again.artefacts()).isEqualTo(first.artefacts());
    }

    @Test
    void tellsWhatAHubThatDiedDidNotTell() {
        publisher.prepare(release("1.0.0"));
        publisher.announce(release("1.0.0"));
        publisher.tellAll();
        assertThat(told).containsExactly(1L, 1L);

        ledger.told("nats", 1);
        publisher.tellAll();

        assertThat(told).hasSize(2);
    }

    @Test
    void keepsWhatItAcceptsWithTheKeysItBringsIn() {
        SigningKey next = SigningKey.generate();
        ReleaseManifest manifest = TestReleases.nats(7);
        ReleaseManifest vouching = manifest.again(8, manifest.rollout(), manifest.published(), manifest.expires(),
                List.of(ReleaseKey.of(next.publicKey(), TestReleases.NOW, TestReleases.NOW.plus(Duration.ofDays(1)))));

        ledger.accept(new Entry(State.ACCEPTED, vouching, TestReleases.signed(vouching, KEY), clock.instant()), KEY.id());
        ledger.refuse("e-1", "nats", new ReleaseException(Refusal.REPLAYED, "Old."));

        assertThat(ledger.accepted("nats", 5)).hasSize(1).first().isEqualTo(new Entry(State.ACCEPTED, vouching, TestReleases.signed(vouching, KEY), clock.instant()));
        assertThat(TestReleases.trusting(KEY).with(ledger.keys()).find(next.id())).isPresent();
        assertThat(ledger.refusals(Optional.of("nats"), 5)).extracting(ReleaseLedger.Refused::code).containsExactly("replayed");
        assertThat(ledger.refusals(Optional.of("arc"), 5)).isEmpty();
    }
}
