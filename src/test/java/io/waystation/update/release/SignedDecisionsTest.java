package io.waystation.update.release;

import static io.waystation.update.release.TestReleases.MACHINE;
import static io.waystation.update.release.TestReleases.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import io.waystation.update.Action;
import io.waystation.update.Decision;
import io.waystation.update.Quarantine;
import io.waystation.update.Rule;
import io.waystation.update.Subsystem;
import io.waystation.update.SubsystemState;
import io.waystation.update.TestSubsystems;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.release.ReleaseLedger.State;

class SignedDecisionsTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final Subsystem NATS = TestSubsystems.nats(nats -> nats.setStrategy("signed"));
    private static final Rollout ALL = new Rollout(100, Duration.ZERO, false, null);
    @TempDir
    private Path folder;
    private DataFolder data;
    private Store store;
    private ReleaseLedger ledger;

    @BeforeEach
    void open() {
        data = DataFolder.open(folder.resolve("data"));
        store = Store.open(data, new SimpleMeterRegistry());
        ledger = new ReleaseLedger(store, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void close() {
        store.close();
        data.close();
    }

    private static UpstreamVersion version(String version) {
        return new UpstreamVersion(version, "v" + version, version.replace(".", "").repeat(20).substring(0, 40));
    }

    private void accepted(long serial, String version, Rollout rollout, String minimum, Instant notBefore) {
        ReleaseManifest nats = TestReleases.nats(1);
        UpstreamVersion of = version(version);
        ReleaseManifest manifest = new ReleaseManifest(ReleaseManifest.SCHEMA, serial, "nats", of.version(), of.tag(), of.commit(), nats.repository(),
                NOW, NOW.plus(Duration.ofDays(30)), minimum, nats.artefacts(), rollout, List.of());
        ledger.accept(new Entry(State.ACCEPTED, manifest, TestReleases.signed(manifest, KEY), notBefore), KEY.id());
    }

    private Decision decide(SubsystemState state, Instant now) {
        return new SignedDecisions(ledger, MACHINE, "machine-1").decide(NATS, state, now);
    }

    private Decision decide(String installed) {
        return decide(installed == null ? SubsystemState.EMPTY : SubsystemState.EMPTY.installed(version(installed)), NOW);
    }

    @Test
    void takesTheNewestReleaseWithUpstreamsOwnTag() {
        assertThat(decide("1.0.0").action()).isEqualTo(Action.NONE);
        accepted(1, "1.0.0", ALL, null, NOW);
        accepted(2, "1.1.0", ALL, null, NOW);

        assertThat(decide("1.0.0").wanted()).isEqualTo(version("1.1.0"));
        assertThat(decide(null).rule()).isEqualTo(Rule.FIRST_VERSION);
        assertThat(decide("1.1.0").rule()).isEqualTo(Rule.UP_TO_DATE);
    }

    @Test
    void beginsNothingThatIsHaltedAndKeepsWhatIsThere() {
        accepted(1, "1.0.0", ALL, null, NOW);
        accepted(2, "1.1.0", ALL, null, NOW);
        accepted(3, "1.1.0", new Rollout(100, Duration.ZERO, true, "it crashes"), null, NOW);

        assertThat(decide("1.0.0").rule()).isEqualTo(Rule.RELEASE_HALTED);
        assertThat(decide("1.0.0").reason()).contains("it crashes");
        assertThat(decide("1.1.0").action()).as("what is done stays").isEqualTo(Action.NONE);
    }

    @Test
    void waitsUntilItsPlaceIsAdmittedAndItsTimeHasCome() {
        int place = MachinePlace.of("machine-1", "nats", "1.1.0");
        accepted(1, "1.1.0", new Rollout(place, Duration.ZERO, false, null), null, NOW);
        assertThat(decide("1.0.0").rule()).isEqualTo(Rule.NOT_ADMITTED);

        accepted(2, "1.1.0", new Rollout(place + 1, Duration.ofMinutes(1), false, null), null, NOW.plusSeconds(40));
        assertThat(decide("1.0.0").rule()).isEqualTo(Rule.JITTER);
        assertThat(decide("1.0.0").until()).isEqualTo(NOW.plusSeconds(40));

        assertThat(decide(SubsystemState.EMPTY.installed(version("1.0.0")), NOW.plusSeconds(40)).action()).isEqualTo(Action.UPDATE);
    }

    @Test
    void goesByWayOfTheMinimumAndRefusesWhatIsOutOfDate() {
        accepted(1, "1.5.0", ALL, null, NOW);
        accepted(2, "2.0.0", ALL, "1.5.0", NOW);

        assertThat(decide("1.0.0").wanted()).as("the one before, which is not too far").isEqualTo(version("1.5.0"));
        assertThat(decide("1.0.0").findings()).extracting(finding -> finding.rule()).contains(Rule.BELOW_MINIMUM);
        assertThat(decide(SubsystemState.EMPTY.installed(version("1.0.0")), NOW.plus(Duration.ofDays(31))).rule()).isEqualTo(Rule.EXPIRED);
        assertThat(decide("1.5.0").rule()).as("a major step is approved here as elsewhere").isEqualTo(Rule.APPROVAL);
    }

    @Test
    void doesNotTakeWhatFailedHere() {
        accepted(1, "1.1.0", ALL, null, NOW);
        SubsystemState state = SubsystemState.EMPTY.installed(version("1.0.0")).quarantining(new Quarantine(version("1.1.0"), "crashed", NOW));

        assertThat(decide(state, NOW).rule()).isEqualTo(Rule.QUARANTINED);
    }

    @Test
    void givesMachinesPlacesThatAreSpreadAndStable() {
        Map<Boolean, Long> admitted = IntStream.range(0, 10_000).boxed()
                .collect(Collectors.partitioningBy(i -> MachinePlace.of("machine-" + i, "nats", "1.1.0") < 10,
                        Collectors.counting()));

        assertThat(admitted.get(true)).isBetween(900L, 1_100L);
        // first 8 hexadecimal digits of SHA-256("machine-1/nats/1.1.0"), modulo 100: printf %s machine-1/nats/1.1.0 | sha256sum
        assertThat(MachinePlace.of("machine-1", "nats", "1.1.0")).isEqualTo(29);
    }
}
