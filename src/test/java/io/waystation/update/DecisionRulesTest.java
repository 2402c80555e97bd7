package io.waystation.update;

import static io.waystation.update.Upstreams.commit;
import static io.waystation.update.Upstreams.tagged;
import static io.waystation.update.Upstreams.version;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/** Which version is taken, and what is said about the others. */
class DecisionRulesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final DecisionRules RULES = new DecisionRules(new Platform("linux", "amd64"));
    private static final SubsystemState ON_24 = SubsystemState.EMPTY.installed(version("v2.10.24"));

    private final Subsystem nats = TestSubsystems.nats();

    @Test
    void takesTheNewestVersionByItsNumbersNotByItsText() {
        Decision decision = decide(nats, ON_24, "v2.10.9", "v2.10.24", "v2.10.100", "v2.10.25");

        assertThat(decision.action()).isEqualTo(Action.UPDATE);
        assertThat(decision.wanted()).isEqualTo(version("v2.10.100"));
        assertThat(decision.rule()).isEqualTo(Rule.NEWER_VERSION);
        assertThat(decision.reason()).isEqualTo("v2.10.100 is newer than v2.10.24.");
    }

    @Test
    void takesTheNewestWhereNothingIsInstalled() {
        assertSays(decide(nats, SubsystemState.EMPTY, "v1.0.0", "v2.0.0"), Action.UPDATE, Rule.FIRST_VERSION);
        assertSays(decide(nats, SubsystemState.EMPTY), Action.NONE, Rule.NO_VERSION);
    }

    @Test
    void doesNothingWhenTheNewestIsInstalled() {
        assertSays(decide(nats, ON_24, "v2.10.23", "v2.10.24"), Action.NONE, Rule.UP_TO_DATE);
    }

    @Test
    void staysInsideTheRange() {
        Subsystem tilde = TestSubsystems.nats(d -> d.setRange("~2.10.0"));
        Decision decision = decide(tilde, ON_24, "v2.10.24", "v2.10.25", "v2.11.0");

        assertThat(decision.wanted()).isEqualTo(version("v2.10.25"));
        assertFinding(decision, Rule.OUT_OF_RANGE, "v2.11.0");
        assertThat(decision.latest()).isEqualTo(version("v2.10.25"));
    }

    @Test
    void ordersPrereleasesByNumberAndTakesOnlyThoseOfTheChannel() {
        String[] tags = {"v2.10.24", "v2.11.0-rc.9", "v2.11.0-rc.10", "v2.11.0-preview.1"};

        Decision stable = decide(nats, ON_24, tags);
        assertSays(stable, Action.NONE, Rule.UP_TO_DATE);
        assertFinding(stable, Rule.PRERELEASE, "v2.11.0-rc.10");
        assertThat(decide(TestSubsystems.nats(d -> d.setPrerelease("rc")), ON_24, tags).wanted()).isEqualTo(version("v2.11.0-rc.10"));
        assertThat(decide(TestSubsystems.nats(d -> d.setPrerelease("preview")), ON_24, tags).wanted()).isEqualTo(version("v2.11.0-preview.1"));
    }

    @Test
    void neverTakesAPrereleaseOfWhatTheRangeExcludes() {
        Subsystem below3 = TestSubsystems.nats(d -> d.setRange("<3.0.0"), d -> d.setPrerelease("any"), d -> d.setApproval("none"));
        assertThat(decide(below3, ON_24, "v2.11.0-rc.1", "v3.0.0-rc.1").wanted()).isEqualTo(version("v2.11.0-rc.1"));
    }

    @Test
    void waitsForApprovalOfAMajorStepAndTakesTheFixMeanwhile() {
        Decision decision = decide(nats, ON_24, "v2.10.24", "v2.10.25", "v3.0.0");

        assertThat(decision.wanted()).isEqualTo(version("v2.10.25"));
        assertThat(decision.held()).get().extracting(Finding::rule, Finding::subject).containsExactly(Rule.APPROVAL, "v3.0.0");
        assertSays(decide(nats, SubsystemState.EMPTY.installed(version("v0.4.1")), "v0.5.0"), Action.HOLD, Rule.APPROVAL);
        assertSays(decide(nats, SubsystemState.EMPTY.installed(version("v0.4.1")), "v0.4.2"), Action.UPDATE, Rule.NEWER_VERSION);
    }

    @Test
    void takesAnApprovalOnlyFromThoseWhoMayGiveIt() {
        Subsystem guarded = TestSubsystems.nats(d -> d.setApprovers("alice,bob"), d -> d.setApprovalDeadline("2d"));
        SubsystemState byCarol = ON_24.judging(commit("v3.0.0"), new Verdict(true, "carol", NOW));
        SubsystemState byAlice = ON_24.judging(commit("v3.0.0"), new Verdict(true, "alice", NOW));
        SubsystemState refused = ON_24.judging(commit("v3.0.0"), new Verdict(false, "bob", NOW));

        Decision waiting = decide(guarded, byCarol, "v2.10.24", "v3.0.0");
        assertSays(waiting, Action.HOLD, Rule.APPROVAL);
        assertThat(waiting.until()).isEqualTo(NOW.plus(Duration.ofDays(2)));
        assertThat(waiting.reason()).contains("alice or bob").contains("What carol said does not count.");
        assertThat(decide(guarded, byAlice, "v2.10.24", "v3.0.0").reason()).contains("approved by alice");
        assertSays(decide(guarded, refused, "v2.10.24", "v3.0.0"), Action.REFUSE, Rule.REJECTED);
    }

    @Test
    void stopsWaitingForAnApprovalAtItsDeadline() {
        SubsystemState waiting = ON_24.seeing(decide(nats, ON_24, "v2.10.24", "v3.0.0").sightings());

        Decision late = RULES.decide(nats, List.of(tagged("v2.10.24", "v3.0.0").of(nats)), waiting, NOW.plus(Duration.ofDays(8)));
        assertSays(late, Action.REFUSE, Rule.APPROVAL_EXPIRED);
        SubsystemState approved = waiting.judging(commit("v3.0.0"), new Verdict(true, "alice", NOW));
        assertSays(RULES.decide(nats, List.of(tagged("v2.10.24", "v3.0.0").of(nats)), approved, NOW.plus(Duration.ofDays(8))), Action.UPDATE, Rule.NEWER_VERSION);
    }

    @Test
    void letsAVersionRestAndTakesTheNewestThatHas() {
        Subsystem careful = TestSubsystems.nats(d -> d.setCooldown("3d"));
        Decision first = decide(careful, ON_24, "v2.10.24", "v2.10.25");
        assertSays(first, Action.HOLD, Rule.COOLDOWN);
        assertThat(first.until()).isEqualTo(NOW.plus(Duration.ofDays(3)));

        SubsystemState seen = ON_24.seeing(first.sightings());
        Decision later = RULES.decide(careful, List.of(tagged("v2.10.24", "v2.10.25", "v2.10.26").of(careful)), seen, NOW.plus(Duration.ofDays(3)));
        assertThat(later.wanted()).isEqualTo(version("v2.10.25"));
        assertThat(later.held()).get().extracting(Finding::subject).isEqualTo("v2.10.26");
        SubsystemState urgent = ON_24.judging(commit("v2.10.25"), new Verdict(true, "alice", NOW));
        assertSays(decide(careful, urgent, "v2.10.24", "v2.10.25"), Action.UPDATE, Rule.NEWER_VERSION);
    }

    @Test
    void refusesATagThatWasMovedUntilAPersonApprovesIt() {
        SubsystemState seen = ON_24.seeing(Map.of("v2.10.25", new Sighting(commit("v2.10.25"), NOW.minusSeconds(60))));
        UpstreamReading moved = tagged("v2.10.24").tag("v2.10.25", commit("evil")).of(nats);

        Decision refused = RULES.decide(nats, List.of(moved), seen, NOW);
        assertSays(refused, Action.REFUSE, Rule.MOVED_TAG);
        assertThat(refused.reason()).contains(commit("v2.10.25")).contains(commit("evil"));
        assertThat(refused.sightings().get("v2.10.25").commit()).isEqualTo(commit("v2.10.25"));
        SubsystemState approved = seen.judging(commit("evil"), new Verdict(true, "alice", NOW));
        Decision taken = RULES.decide(nats, List.of(moved), approved, NOW);
        assertThat(taken.wanted().commit()).isEqualTo(commit("evil"));
        assertSays(RULES.decide(nats, List.of(moved), approved.installed(taken.wanted()).seeing(taken.sightings()), NOW), Action.NONE, Rule.UP_TO_DATE);
    }

    @Test
    void saysThatTheInstalledTagWasMovedOrDeleted() {
        assertSays(RULES.decide(nats, List.of(tagged("v2.10.23").tag("v2.10.24", commit("evil")).of(nats)), ON_24, NOW), Action.REFUSE, Rule.MOVED_TAG);
        assertSays(decide(nats, ON_24, "v2.10.23"), Action.REFUSE, Rule.DELETED_TAG);
        Decision newer = decide(nats, ON_24, "v2.10.25");
        assertThat(newer.wanted()).isEqualTo(version("v2.10.25"));
        assertFinding(newer, Rule.DELETED_TAG, "v2.10.24");
    }

    @Test
    void neverGoesBack() {
        Subsystem old = TestSubsystems.nats(d -> d.setRange("<2.10.24"));
        assertSays(decide(old, ON_24, "v2.10.23", "v2.10.24"), Action.REFUSE, Rule.DOWNGRADE);
        SubsystemState onItsWay = ON_24.wanting(version("v2.10.26"));
        Decision decision = decide(nats, onItsWay, "v2.10.24", "v2.10.25");
        assertSays(decision, Action.REFUSE, Rule.OLDER_THAN_WANTED);
        assertFinding(decision, Rule.DELETED_TAG, "v2.10.26");
        assertThat(decide(nats, onItsWay, "v2.10.25", "v2.10.26", "v2.10.27").wanted()).isEqualTo(version("v2.10.27"));
        assertThat(decide(nats, onItsWay, "v2.10.25", "v2.10.26").wanted()).isEqualTo(version("v2.10.26"));
    }

    @Test
    void doesNotTakeAVersionInQuarantineAgain() {
        SubsystemState failed = ON_24.wanting(version("v2.10.26")).quarantining(new Quarantine(version("v2.10.26"), "it crashed in its soak.", NOW));

        assertSays(decide(nats, failed, "v2.10.24", "v2.10.26"), Action.HOLD, Rule.QUARANTINED);
        assertThat(decide(nats, failed, "v2.10.24", "v2.10.26", "v2.10.27").wanted()).isEqualTo(version("v2.10.27"));
    }

    @Test
    void refusesTwoTagsOfOneVersionThatNameDifferentCommits() {
        assertSays(decide(nats, ON_24, "v2.10.25", "2.10.25"), Action.REFUSE, Rule.AMBIGUOUS_VERSION);
        assertSays(decide(nats, ON_24, "v2.10.25+a", "v2.10.25+b"), Action.REFUSE, Rule.AMBIGUOUS_VERSION);
        UpstreamReading same = tagged("v2.10.25").tag("2.10.25", commit("v2.10.25")).of(nats);
        assertThat(RULES.decide(nats, List.of(same), ON_24, NOW).wanted().commit()).isEqualTo(commit("v2.10.25"));
    }

    @Test
    void findsItsOwnTagsInARepositoryOfSeveral() {
        Subsystem prefixed = TestSubsystems.nats(d -> d.setTagPattern("nats-*"));
        Subsystem grouped = TestSubsystems.nats(d -> d.setTagPattern("(?:nats|nats-server)/(?<version>v.+)"));
        String[] tags = {"nats-v2.10.24", "nats-v2.10.25", "arc-v9.0.0", "nats/v2.10.30", "v5.0.0"};
        SubsystemState on = SubsystemState.EMPTY.installed(new UpstreamVersion("v2.10.24", "nats-v2.10.24", commit("nats-v2.10.24")));

        assertThat(decide(prefixed, on, tags).wanted()).isEqualTo(new UpstreamVersion("v2.10.25", "nats-v2.10.25", commit("nats-v2.10.25")));
        assertThat(decide(prefixed, on, tags).findings()).isEmpty();
        assertThat(decide(grouped, SubsystemState.EMPTY, tags).wanted().tag()).isEqualTo("nats/v2.10.30");
    }

    @Test
    void takesTheFirstUpstreamThatOffersAnything() {
        Subsystem two = TestSubsystems.nats(d -> d.setRepository("acme/nats,nats-io/nats-server"));
        UpstreamReading fork = new UpstreamReading(two.upstreams().get(0), tagged("v2.10.25").of(two).tags(), null, true, List.of(), null);
        UpstreamReading empty = new UpstreamReading(two.upstreams().get(0), List.of(), null, true, List.of(), null);
        UpstreamReading down = UpstreamReading.failed(two.upstreams().get(0), new UpstreamReading.Problem("no route to host", false, null));
        UpstreamReading origin = new UpstreamReading(two.upstreams().get(1), tagged("v2.10.26").of(two).tags(), null, true, List.of(), null);

        assertThat(RULES.decide(two, List.of(fork, origin), ON_24, NOW).wanted()).isEqualTo(version("v2.10.25"));
        assertThat(RULES.decide(two, List.of(empty, origin), ON_24, NOW).wanted()).isEqualTo(version("v2.10.26"));
        Decision passedOver = RULES.decide(two, List.of(down, origin), ON_24, NOW);
        assertThat(passedOver.wanted()).isEqualTo(version("v2.10.26"));
        assertFinding(passedOver, Rule.UPSTREAM_UNAVAILABLE, "https://github.com/acme/nats.git");
        assertSays(RULES.decide(two, List.of(down), ON_24, NOW), Action.HOLD, Rule.UPSTREAM_UNAVAILABLE);
    }

    @Test
    void followsABranchOnlyForward() {
        Subsystem branch = TestSubsystems.nats(d -> d.setStrategy("commits"), d -> d.setCooldown("1h"));
        SubsystemState on = SubsystemState.EMPTY.installed(UpstreamVersion.ofCommit(commit("a")));

        Decision resting = RULES.decide(branch, List.of(Upstreams.head(branch, commit("b"), true)), on, NOW);
        assertSays(resting, Action.HOLD, Rule.COOLDOWN);
        Decision rested = RULES.decide(branch, List.of(Upstreams.head(branch, commit("b"), true)), on.seeing(resting.sightings()), NOW.plusSeconds(3600));
        assertSays(rested, Action.UPDATE, Rule.NEWER_COMMIT);
        assertThat(rested.wanted().commit()).isEqualTo(commit("b"));
        assertSays(RULES.decide(branch, List.of(Upstreams.head(branch, commit("b"), false)), on, NOW), Action.REFUSE, Rule.REWRITTEN_BRANCH);
        assertSays(RULES.decide(branch, List.of(Upstreams.head(branch, commit("a"), true)), on, NOW), Action.NONE, Rule.UP_TO_DATE);
        assertSays(RULES.decide(branch, List.of(Upstreams.head(branch, null, true)), on, NOW), Action.REFUSE, Rule.DELETED_BRANCH);
    }

    @Test
    void keepsWhatItSaysBounded() {
        String[] tags = IntStream.range(0, 5000).mapToObj(i -> "nightly-" + i).toArray(String[]::new);
        Decision decision = decide(nats, ON_24, tags);

        assertThat(decision.findings()).hasSize(Decision.MOST_FINDINGS);
        assertThat(decision.omitted()).isEqualTo(5000 + 1 - Decision.MOST_FINDINGS);
        assertThat(decision.sightings()).hasSizeLessThanOrEqualTo(256);
    }

    @Test
    void reportsAsTheCheckCommandPrintsIt() {
        Decision decision = decide(nats, ON_24, "v2.10.24", "v2.10.25", "v3.0.0");
        String json = CheckReport.of(List.of(decision)).toString();

        assertThat(json).startsWith("{\"nats\":{\"name\":\"nats\",\"current\":\"v2.10.24\",\"current_commit\":\"" + commit("v2.10.24") + "\",\"latest\":\"v3.0.0\"")
                .contains("\"update_available\":true", "\"wanted\":\"v2.10.25\"", "\"rule\":\"newer-version\"", "\"rule\":\"approval\"");
    }

    private static Decision decide(Subsystem subsystem, SubsystemState state, String... tags) {
        return RULES.decide(subsystem, List.of(tagged(tags).of(subsystem)), state, NOW);
    }

    private static void assertSays(Decision decision, Action action, Rule rule) {
        assertThat(decision.rule()).as(decision.reason()).isEqualTo(rule);
        assertThat(decision.action()).isEqualTo(action);
        assertThat(decision.reason()).endsWith(".");
        assertThat(decision.wanted() != null).isEqualTo(action == Action.UPDATE);
    }

    private static void assertFinding(Decision decision, Rule rule, String subject) {
        assertThat(decision.findings()).anySatisfy(finding -> {
            assertThat(finding.rule()).isEqualTo(rule);
            assertThat(finding.subject()).isEqualTo(subject);
        });
    }
}
