package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.MovableClock;
import io.waystation.update.Rule;
import io.waystation.update.SubsystemState;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.Verdict;

class ManifestTest {
    private static final Instant NOW = Instant.parse("2025-12-21T15:45:00Z");
    private static final Artefact OLD = new Artefact("2.10.24", "v2.10.24", "1d6f7ea", "aa".repeat(32));

    private final MovableClock clock = new MovableClock(NOW);
    private Manifest manifest;
    @TempDir
    private Path project;

    @BeforeEach
    void open() {
        manifest = Manifest.open(project, clock);
    }

    @Test
    void isTheFileOfTheBriefWithWhatIsPreviousWantedHeldAndQuarantined() throws IOException {
        manifest.change("nats", "set", "test", entry -> entry.edit().upstream("https://github.com/nats-io/nats-server")
                .current(OLD, Instant.parse("2025-12-21T08:35:43Z")).latest("v2.10.25", "abc1234")
                .previous(new Artefact("2.10.23", "v2.10.23", "0000000", "bb".repeat(32)))
                .wanted(new ManifestEntry.Wanted(new Artefact("2.10.25", "v2.10.25", "abc1234", null), NOW, "delivery-1"))
                .held(new ManifestEntry.Held(new Artefact("3.0.0", "v3.0.0", "fff", null), "approval",
                        "a major version waits", NOW, null))
                .quarantine(new ManifestEntry.Quarantined(new Artefact("2.10.22", "v2.10.22", "ccc", "cc".repeat(32)),
                        "crashed", NOW)).done());
        manifest.checked(NOW);

        JsonNode file = new ObjectMapper().readTree(project.resolve(".version-manifest.json").toFile());
        assertThat(file.path("last_check").asText()).isEqualTo("2025-12-21T15:45:00Z");
        JsonNode nats = file.path("subsystems").path("nats");
        assertThat(nats.path("name").asText()).isEqualTo("nats");
        assertThat(nats.path("upstream_repo").asText()).isEqualTo("https://github.com/nats-io/nats-server");
        assertThat(nats.path("current_commit").asText()).isEqualTo("1d6f7ea");
        assertThat(nats.path("current_tag").asText()).isEqualTo("v2.10.24");
        assertThat(nats.path("latest_commit").asText()).isEqualTo("abc1234");
        assertThat(nats.path("latest_tag").asText()).isEqualTo("v2.10.25");
        assertThat(nats.path("update_available").asBoolean()).isTrue();
        assertThat(nats.path("last_updated").asText()).isEqualTo("2025-12-21T08:35:43Z");
        assertThat(nats.path("previous").path("tag").asText()).isEqualTo("v2.10.23");
        assertThat(nats.path("wanted").path("cause").asText()).isEqualTo("delivery-1");
        assertThat(nats.path("held").path("rule").asText()).isEqualTo("approval");
        assertThat(nats.path("quarantined").path(0).path("reason").asText()).isEqualTo("crashed");
        assertThat(Manifest.open(project, clock).entry("nats")).isEqualTo(manifest.entry("nats"));
    }

    @Test
    void isReadAndCheckedWhileAnotherObjectOfThisProcessWrites() throws Exception {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> IntStream.range(0, 200).forEach(i -> manifest.checked(NOW.plusSeconds(i))));
        do {
            assertThat(Manifest.open(project, clock).verify().sound()).isTrue();
        } while (!writing.isDone());

        writing.get();
    }

    @Test
    void givesADecisionAllOfThePastItDependsOn() {
        Verdict verdict = new Verdict(true, "anna", NOW);
        ManifestEntry entry = manifest.change("nats", "set", "test", now -> now.edit().current(OLD, NOW)
                .held(new ManifestEntry.Held(new Artefact("3.0.0", "v3.0.0", "fff", null), Rule.APPROVAL.code(), "waits", NOW, null))
                .quarantine(new ManifestEntry.Quarantined(new Artefact("2.10.22", "v2.10.22", "ccc", "cc"), "crashed", NOW))
                .verdict("fff", verdict).serial(7).done());

        SubsystemState state = Manifest.open(project, clock).entry("nats").state(Map.of());
        assertThat(state.current()).isEqualTo(new UpstreamVersion("2.10.24", "v2.10.24", "1d6f7ea"));
        assertThat(state.held().rule()).isEqualTo(Rule.APPROVAL);
        assertThat(state.quarantined().get("ccc").reason()).isEqualTo("crashed");
        assertThat(state.verdicts()).containsEntry("fff", verdict);
        assertThat(state.highestSerial()).isEqualTo(7);
        assertThat(entry.state(Map.of())).isEqualTo(state);
    }

    @Test
    void offersNoVersionThatIsQuarantined() {
        ManifestEntry entry = manifest.change("nats", "set", "test", now -> now.edit().current(OLD, NOW)
                .latest("v2.10.25", "abc1234")
                .quarantine(new ManifestEntry.Quarantined(new Artefact("2.10.25", "v2.10.25", "abc1234", "dd"), "crashed", NOW)).done());

        assertThat(entry.updateAvailable()).isFalse();
        assertThat(entry.edit().unquarantine("v2.10.25").done().updateAvailable()).isTrue();
    }

    @Test
    void hasALineInTheAuditFileForEachChangeAndNoneForAnEditThatChangesNothing() throws IOException {
        change("v1");
        change("v1");
        change("v2");

        assertThat(Files.readAllLines(audit())).hasSize(2).last().asString()
                .contains("\"action\":\"set\"", "\"by\":\"anna\"", "\"subsystem\":\"nats\"", "\"current_tag\":\"v2\"");
        assertThat(manifest.verify().sound()).isTrue();
    }

    @Test
    void showsWhichLineOfTheAuditFileWasChangedDroppedOrPutIn() throws IOException {
        change("v1");
        change("v2");
        change("v3");
        List<String> lines = Files.readAllLines(audit());

        Files.write(audit(), List.of(lines.get(0), lines.get(1).replace("anna", "bert"), lines.get(2)));
        assertThat(manifest.verify().faults()).singleElement().asString().startsWith("line 2 was changed");
        Files.write(audit(), List.of(lines.get(0), lines.get(2)));
        assertThat(manifest.verify().faults()).singleElement().asString().startsWith("line 2 does not follow");
        Files.write(audit(), lines.subList(0, 2));
        assertThat(manifest.verify().faults()).hasSize(2).first().asString().contains("lines are missing");
        Files.write(audit(), lines);
        assertThat(manifest.verify().sound()).isTrue();
    }

    @Test
    void showsThatTheManifestWasEditedByHand() throws IOException {
        change("v1");
        Path file = project.resolve(Manifest.FILE);
        Files.writeString(file, Files.readString(file).replace("\"v1\"", "\"v9\""));

        assertThat(manifest.entry("nats").currentTag()).as("it is read again").isEqualTo("v9");
        assertThat(manifest.verify().faults()).containsExactly("the manifest does not say what the audit file says");
    }

    @Test
    void saysTheOldOrTheNewAfterAKillAtEveryBoundaryAndNeverLosesAnAcknowledgedChange() throws IOException {
        for (int stop = 1;; stop++) {
            Path folder = Files.createDirectory(project.resolve("kill-" + stop));
            StopAt kill = new StopAt(stop);
            Manifest victim = Manifest.open(folder, clock, kill, 1_000);
            List<String> done = new ArrayList<>();
            boolean killed = false;
            try {
                for (String tag : List.of("v1", "v2", "v3", "v4", "v5")) {
                    set(victim, tag);
                    done.add(tag);
                }
            } catch (StopAt.Killed expected) {
                killed = true;
            }

            Manifest after = Manifest.open(folder, clock);
            String tag = after.entry("nats").currentTag();
            String acknowledged = done.isEmpty() ? null : done.get(done.size() - 1);
            assertThat(tag).as(kill.last()).isIn(acknowledged, "v" + (done.size() + 1));
            assertThat(after.verify().faults()).as(kill.last()).isEmpty();
            set(after, "v9");
            assertThat(Manifest.open(folder, clock).verify().sound()).isTrue();
            if (!killed) {
                assertThat(stop).isGreaterThan(10);
                return;
            }
        }
    }

    @Test
    void cutsOffALineThatWasNeverFinished() throws IOException {
        change("v1");
        Files.writeString(audit(), "{\"serial\":2,\"time\":\"2025", StandardOpenOption.APPEND);

        Manifest opened = Manifest.open(project, clock);

        assertThat(opened.entry("nats").currentTag()).isEqualTo("v1");
        set(opened, "v2");
        assertThat(opened.verify().sound()).isTrue();
    }

    @Test
    void isMadeAgainFromTheAuditFileWhenItIsLostOrDamaged() throws IOException {
        change("v1");
        ManifestEntry before = change("v2");

        Files.writeString(project.resolve(Manifest.FILE), "{\"subsystems\":{");
        assertThat(Manifest.open(project, clock).entry("nats")).isEqualTo(before);
        Files.delete(project.resolve(Manifest.FILE));
        assertThat(Manifest.open(project, clock).entry("nats")).isEqualTo(before);
    }

    @Test
    void putsALongAuditFileAsideAndKeepsTheChainAlsoWithoutIt() throws IOException {
        Manifest rolling = Manifest.open(project, clock, Boundary.NONE, 2_000);
        for (int i = 0; i < 40; i++) {
            set(rolling, "v" + i);
        }

        List<Path> older;
        try (var files = Files.list(project)) {
            older = files.filter(path -> path.getFileName().toString().matches("\\.version-audit\\.\\d+\\.jsonl")).sorted().toList();
        }
        assertThat(older).hasSizeGreaterThan(2);
        assertThat(rolling.verify().sound()).isTrue();
        Files.delete(older.get(0));
        assertThat(rolling.verify().sound()).as("older files may be archived").isTrue();
        Files.delete(older.get(2));
        assertThat(rolling.verify().sound()).as("not from the middle").isFalse();
    }

    @Test
    void saysSoWhenItCannotBeWritten() throws IOException {
        Path noFolder = Files.writeString(project.resolve("file"), "");

        assertThatThrownBy(() -> Manifest.open(noFolder, clock)).isInstanceOfSatisfying(ChangeException.class,
                refused -> assertThat(refused.code()).isEqualTo("manifest-unavailable"));
    }

    private ManifestEntry change(String tag) {
        return set(manifest, tag);
    }

    private static ManifestEntry set(Manifest manifest, String tag) {
        return manifest.change("nats", "set", "anna",
                entry -> entry.edit().current(new Artefact(tag, tag, "c" + tag, "aa".repeat(32)), NOW).done());
    }

    private Path audit() {
        return project.resolve(Manifest.AUDIT);
    }
}
