package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.MovableClock;

class OperationRunTest {
    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private OperationFixture fixture;

    @BeforeEach
    void open() {
        fixture = new OperationFixture(folder.resolve("data"), clock);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static NewOperation sync() {
        return new NewOperation(NewOperation.newId(), "github_sync", "acme/site", "proj-456", Map.of("direction", "to_github"));
    }

    @Test
    void aSyncTellsWhatItsFrontendExpects() {
        String id;
        try (OperationRun run = fixture.operations.start(sync())) {
            id = run.id();
            run.step("tree", 45, "Creating tree...");
            run.event("conflict", Map.of("conflicts", List.of("a.md"), "strategy", "manual_review", "resolutionRequired", true));
            run.result(Map.of("prUrl", "https://github.com/acme/site/pull/1", "timestamp", "never"));
            clock.move(Duration.ofSeconds(3));
            run.succeed(Map.of("filesChanged", 3));
        }

        List<OperationFixture.Stored> told = fixture.events();
        assertThat(told).extracting(OperationFixture.Stored::name).containsExactly(
                "github_sync_started", "github_sync_progress", "github_sync_conflict", "github_sync_completed");
        assertThat(told).allSatisfy(event -> {
            assertThat(event.field("operationId")).isEqualTo(id);
            assertThat(event.field("projectId")).isEqualTo("proj-456");
        });
        assertThat(told.get(0).field("direction")).isEqualTo("to_github");
        assertThat(told.get(1).data().toString()).contains("\"percent\":45", "\"message\":\"Creating tree...\"", "\"currentStep\":\"tree\"");
        assertThat(told.get(2).data().toString()).contains("\"conflicts\":[\"a.md\"]", "\"resolutionRequired\":true");
        assertThat(told.get(3).data().toString()).contains("\"status\":\"success\"", "\"filesChanged\":3", "\"duration\":3000",
                "\"prUrl\":\"https://github.com/acme/site/pull/1\"", "\"timestamp\":\"2026-01-01T00:00:03.000Z\"", "\"direction\":\"to_github\"");
    }

    @Test
    void aFailureTellsItsCodeAndTheStepItFailedIn() {
        OperationRun run = fixture.operations.start(sync());
        run.step("push", 90, "Pushing");
        run.fail("GitHub API rate limit exceeded", Map.of("error_code", "RATE_LIMIT", "retryable", true, "retryAfter", 60));

        OperationFixture.Stored end = fixture.events().get(2);
        assertThat(end.name()).isEqualTo("github_sync_failed");
        assertThat(end.data().toString()).contains("\"status\":\"failed\"", "\"error_code\":\"RATE_LIMIT\"", "\"retryable\":true",
                "\"retryAfter\":60", "\"message\":\"GitHub API rate limit exceeded\"", "\"details\":{\"step\":\"push\"}");
    }

    @Test
    void progressThatIsHeldBackIsToldBeforeTheEnd() {
        OperationRun run = fixture.operations.start(sync());
        run.step("tree", 50, "Creating tree...");
        run.step("tree", 52, "Still creating");
        run.step(null, 51, "Nearly");
        run.succeed(Map.of());

        assertThat(fixture.events()).extracting(event -> event.name() + " " + event.field("percent") + " " + event.field("message"))
                .containsExactly("github_sync_started  ", "github_sync_progress 50 Creating tree...",
                        "github_sync_progress 52 Nearly", "github_sync_completed  ");
    }

    @Test
    void nothingIsToldAfterTheEnd() {
        OperationRun run = fixture.operations.start(sync());
        run.cancel("enough");

        assertThatThrownBy(() -> run.succeed(Map.of())).isInstanceOf(OperationEndedException.class);
        assertThatThrownBy(() -> run.step("late", 99, "late")).isInstanceOf(OperationEndedException.class);
        run.close();
        assertThat(fixture.events()).extracting(OperationFixture.Stored::name)
                .containsExactly("github_sync_started", "github_sync_cancelled");
    }

    @Test
    void aRunThatForgetsToEndFails() {
        try (OperationRun run = fixture.operations.start(sync())) {
            run.step("one", 10, "One");
        }

        assertThat(fixture.events()).last().satisfies(end -> {
            assertThat(end.name()).isEqualTo("github_sync_failed");
            assertThat(end.field("message")).contains("without saying how it ended");
        });
    }

    @Test
    void aKindThatNamesItsEventsSendsThoseNames() {
        OperationKind kind = new OperationKind("github_sync");
        kind.setCancelled("github_sync_failed");
        fixture.registry.bind("githubSync", kind);

        fixture.operations.start(sync()).cancel("unlinked");

        assertThat(fixture.events()).last().satisfies(end -> {
            assertThat(end.name()).isEqualTo("github_sync_failed");
            assertThat(end.field("error_code")).isEqualTo("CANCELLED");
            assertThat(end.field("status")).isEqualTo("cancelled");
        });
    }

    @Test
    void theNextProcessEndsWhatThisOneLeft() {
        String id = fixture.operations.start(sync()).id();
        fixture.close();
        fixture = new OperationFixture(folder.resolve("data"), Clock.systemUTC());
        OperationRun own = fixture.operations.start(sync());

        assertThat(fixture.sweeper.sweep()).isEqualTo(1);
        assertThat(fixture.sweeper.sweep()).isZero();

        Operation lost = fixture.operations.find(id).orElseThrow();
        assertThat(lost.state()).isEqualTo(OperationState.FAILED);
        assertThat(lost.step()).isEqualTo("lost");
        assertThat(fixture.events()).filteredOn(event -> event.operation().equals(id)).last().satisfies(end -> {
            assertThat(end.field("error_code")).isEqualTo("LOST");
            assertThat(end.data().at("/details/step").asText()).isEqualTo("lost");
        });
        assertThat(fixture.operations.find(own.id()).orElseThrow().state()).isEqualTo(OperationState.RUNNING);
    }

    @Test
    void keepsTheNewestLinesOfALogAndCutsLongOnes() {
        OperationRun run = fixture.operations.start(sync());
        for (int i = 1; i <= 250; i++) {
            run.log("line " + i + (i == 250 ? " " + "x".repeat(500) + "\u001b[31m" : ""));
            if (i % 40 == 0) {
                fixture.attempts.tick();
            }
        }
        run.log("two\nlines");
        run.succeed(Map.of());

        List<LogLine> lines = fixture.operations.lines(run.id(), 0, 1000);
        assertThat(lines).hasSize(100).first().satisfies(line -> assertThat(line.line()).isEqualTo(153));
        assertThat(lines).last().satisfies(line -> assertThat(line.text()).isEqualTo("lines"));
        assertThat(lines.get(97).text()).startsWith("line 250 xxx").hasSize(200).endsWith("…");
        assertThat(fixture.operations.lines(run.id(), 250, 1)).singleElement().satisfies(line -> assertThat(line.text()).isEqualTo("two"));
    }

    @Test
    void aResultThatIsTooLargeIsReplacedByANoteAndTheOperationEndsAllTheSame() {
        OperationRun run = fixture.operations.start(sync());
        run.succeed(Map.of("big", "x".repeat(100_000)));

        assertThat(fixture.operations.find(run.id()).orElseThrow().state()).isEqualTo(OperationState.SUCCEEDED);
        assertThat(fixture.events()).last().satisfies(end -> {
            assertThat(end.data().path("truncated").asBoolean()).isTrue();
            assertThat(end.data().toString().length()).isLessThan(1000);
        });
    }

    @Test
    void deletesWhatIsPastItsRetentionAndRemembersThatItIsGone() {
        OperationRun old = fixture.operations.start(sync());
        old.step("a", 10, "A");
        old.log("hello");
        old.succeed(Map.of());
        OperationRun open = fixture.operations.start(sync());
        open.step("a", 10, "A");
        clock.move(Duration.ofDays(31));

        fixture.sweeper.expire();

        assertThat(fixture.operations.find(old.id())).isEmpty();
        assertThat(fixture.operations.lines(old.id(), 0, 10)).isEmpty();
        assertThat(fixture.events()).extracting(OperationFixture.Stored::name).containsExactly("github_sync_started");
        assertThat(fixture.store.<EventRows.Range>read(EventRows::range)).isEqualTo(new EventRows.Range(5, 3));
    }
}
