package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.MovableClock;
import io.waystation.update.UpstreamVersion;

/**
 * A subsystem whose process is played: it runs whatever file was in place when it was reloaded, and is healthy unless
 * that file says {@code bad}. Another process depends on it: it works beside any file but one that says {@code odd}. Files and
 * manifest are real.
 */
final class ChangeScene implements ProcessControl {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final HealthPolicy USUAL =
            new HealthPolicy(2, 3, Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofSeconds(10), false);

    private final Path root;
    private final boolean inPlace;
    private final HealthGate.Pace pace = new PlayedPace();
    private final List<String> reloads = new ArrayList<>();
    private final List<String> dependentReloads = new ArrayList<>();
    private String runs;
    private String beside;
    private boolean dependentEnded;
    private boolean sick;

    ChangeScene(Path root, boolean inPlace) {
        this.root = root;
        this.inPlace = inPlace;
    }

    Installation place() {
        return new Installation("nats", root.resolve("nats"), "nats-server", inPlace ? null : Path.of(".out/nats-server"), "nats");
    }

    static UpstreamVersion version(String number) {
        return new UpstreamVersion(number, "v" + number, number.replace(".", "").repeat(40).substring(0, 40));
    }

    Manifest manifest(Boundary boundary) {
        return Manifest.open(root, new MovableClock(NOW), boundary);
    }

    /** The change as a hub that has just started makes it. */
    Change change(Boundary boundary) {
        return new Change(place(), manifest(boundary), this, new HealthGate(this::probe, USUAL, pace), List.of(dependent()), new RunningFile(root.resolve("none")),
                new MovableClock(NOW), boundary);
    }

    private Dependent dependent() {
        return new Dependent(Installation.of("telegraf", root.resolve("telegraf"), "telegraf", "telegraf"),
                new HealthGate(() -> new HealthCheck.Probe(beside == null || !beside.startsWith("odd"), "beside " + beside), USUAL, pace));
    }

    /** Somebody stops the process that depends on it. */
    void endDependent() {
        dependentEnded = true;
    }

    /** What ran when the dependent was reloaded last. */
    String beside() {
        return beside;
    }

    /** What ran at each reload of the dependent. */
    List<String> dependentReloads() {
        return dependentReloads;
    }

    /** Whatever runs from now on is not healthy, the old version too. */
    void fallSick() {
        sick = true;
    }

    void recoverHealth() {
        sick = false;
    }

    private HealthCheck.Probe probe() {
        return new HealthCheck.Probe(!sick && (runs == null || !runs.startsWith("bad")), "runs " + runs);
    }

    @Override
    public void reload(String process) {
        if (process.equals("telegraf")) {
            beside = runs;
            dependentReloads.add(runs);
            return;
        }
        runs = binary();
        reloads.add(runs);
    }

    @Override
    public void stop(String process) {
        runs = null;
    }

    @Override
    public ProcessView view(String process) {
        if (process.equals("telegraf") && dependentEnded) {
            return new ProcessView(ProcessView.State.ENDED, 0, null, 0, "Completed");
        }
        return runs == null ? ProcessView.UNKNOWN : new ProcessView(ProcessView.State.RUNNING, 0, null, 0, "Running");
    }

    String runs() {
        return runs;
    }

    List<String> reloads() {
        return reloads;
    }

    /** What is in place; null when nothing is. */
    String binary() {
        return text(place().current());
    }

    String previous() {
        return text(place().previous());
    }

    static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : null;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** As a linker writes: not at once, and over what is there. */
    void build(String content, Boundary boundary) throws IOException {
        Files.createDirectories(place().built().getParent());
        Files.writeString(place().built(), content.substring(0, content.length() / 2));
        boundary.reached("half built");
        Files.writeString(place().built(), content);
        boundary.reached("built");
    }

    /** Everything from a wanted version to its end, as the routes do it. */
    void update(String number, String content, Boundary boundary) throws IOException {
        Change change = change(boundary);
        change.begin(version(number), "operation-" + number);
        build(content, boundary);
        if (change.stage().unchanged()) {
            change.keepCurrent();
            return;
        }
        change.verify(null, -1);
        change.finish();
    }

    /** The manifest says what is in place, or between which two files it is. */
    void assertTruth(String when) {
        ManifestEntry entry = manifest(Boundary.NONE).entry("nats");
        String binary = binary();
        String digest = binary == null ? null : DigestUtils.sha256Hex(binary.getBytes(StandardCharsets.UTF_8));
        if (entry.changing() == null || entry.changing().step().beforeSwap() && entry.changing().step() != ChangeStep.BUILDING) {
            assertThat(entry.currentSha256()).as(when).isEqualTo(digest);
        } else if (entry.changing().step() != ChangeStep.BUILDING) {
            assertThat(digest).as(when).isIn(entry.currentSha256(), entry.changing().target().sha256());
        }
        assertThat(manifest(Boundary.NONE).verify().faults()).as(when).isEmpty();
    }

    /** Time that passes only while somebody waits, and at once. */
    private static final class PlayedPace implements HealthGate.Pace {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void pause(Duration time) {
            nanos.addAndGet(time.toNanos());
        }
    }
}
