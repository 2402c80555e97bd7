package io.waystation.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.github.FakeGithub;
import io.waystation.github.Releases;
import io.waystation.update.git.GitRemotes;
import io.waystation.update.git.GitUpstream;

/** Tags that real Git stores and serves, read from a real repository: none goes further than a refusal. */
public class HostileRefsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    /** Names that real Git takes: at once shell, template, option and assignment to whatever would run next. */
    public static final List<String> HOSTILE = List.of("$(id)", "`id`", "v1;touch${IFS}x", "v1|id", "v1&id", "v1'x", "v1\"x", "v1>x", "v1{{.TOKEN}}",
            "{{env\"A\"}}", "v1=2", "v1%0a", "é1.0", "-x", "--upload-pack=id", "--taskfile=https/evil", "v9.9.9$(touch${IFS}pwned)", "v9.9.9;id", "+9.9.9", "@9.9.9");
    private static final Map<String, Rule> ZOO = new TreeMap<>(Map.of(
            "v1.2", Rule.ODD_VERSION, "v1.2.3.4", Rule.ODD_VERSION, "2025.12", Rule.CALENDAR_VERSION, "RELEASE.2024-01-02T03-04-05Z", Rule.CALENDAR_VERSION,
            "1234567890123456789012345678901234567890", Rule.ODD_VERSION, "v01.02.03", Rule.ODD_VERSION, "other-v7.0.0", Rule.ODD_VERSION, "nats/v8.0.0", Rule.ODD_VERSION));

    @TempDir
    Path folder;

    private GitUpstream upstream;
    private GitRemotes remotes;
    private FakeGithub github;
    private Decider decider;

    @BeforeEach
    void open() throws IOException {
        upstream = new GitUpstream(Files.createDirectory(folder.resolve("upstream")));
        remotes = new GitRemotes(GitUpstream.access(folder));
        github = new FakeGithub();
        decider = new Decider(remotes, new Releases(github.client(Clock.systemUTC())), new Platform("linux", "amd64"));
    }

    @AfterEach
    void close() {
        remotes.close();
        github.close();
    }

    @Test
    void refusesEachHostileTagWithAReasonAndTakesTheGoodOne() {
        upstream.tag("v1.0.0");
        upstream.commit("next");
        String commit = upstream.head();
        upstream.annotate("v1.0.1");
        HOSTILE.forEach(upstream::tag);
        assertThat(upstream.git("ls-remote", "--tags", ".").lines()).as("real refs").hasSizeGreaterThanOrEqualTo(HOSTILE.size() + 2);

        Subsystem nats = subsystem();
        Decision decision = decider.decide(nats, SubsystemState.EMPTY, NOW);

        assertThat(decision.wanted()).isEqualTo(new UpstreamVersion("v1.0.1", "v1.0.1", commit));
        List<Finding> refused = decision.findings().stream().filter(finding -> finding.rule() == Rule.HOSTILE_REF).toList();
        assertThat(refused).hasSize(HOSTILE.size()).allSatisfy(finding -> {
            assertThat(finding.subject()).matches("[!-~]+");
            assertThat(finding.reason()).startsWith("The tag " + finding.subject()).endsWith(".");
        });
        assertThat(refused).extracting(Finding::subject).contains("$(id)", "--upload-pack=id", "\\u00e91.0");
        assertThat(folder.resolve("pwned")).doesNotExist();
    }

    @Test
    void refusesEachAnimalOfTheTagZooByName() {
        upstream.tag("v1.0.0");
        ZOO.keySet().forEach(upstream::tag);

        Decision decision = decider.decide(subsystem(), SubsystemState.EMPTY, NOW);

        assertThat(decision.wanted().tag()).isEqualTo("v1.0.0");
        Map<String, Rule> said = new TreeMap<>();
        decision.findings().forEach(finding -> said.put(finding.subject(), finding.rule()));
        assertThat(said).isEqualTo(ZOO);
    }

    @Test
    void ordersRealPrereleasesAndBuildsAndPicksItsOwnTagsOutOfARepositoryOfSeveral() {
        upstream.tag("v1.2.3-rc.9");
        upstream.commit("rc 10");
        upstream.annotate("v1.2.3-rc.10");
        upstream.tag("nats-v2.10.24");
        upstream.tag("nats/v1.2.3");
        assertThat(decider.decide(subsystem(d -> d.setPrerelease("rc")), SubsystemState.EMPTY, NOW).wanted().tag()).isEqualTo("v1.2.3-rc.10");
        assertThat(decider.decide(subsystem(d -> d.setTagPattern("nats-*")), SubsystemState.EMPTY, NOW).wanted().tag()).isEqualTo("nats-v2.10.24");
        assertThat(decider.decide(subsystem(d -> d.setTagPattern("nats/*")), SubsystemState.EMPTY, NOW).wanted().tag()).isEqualTo("nats/v1.2.3");

        upstream.tag("v1.2.4+build.5");
        assertThat(decider.decide(subsystem(), SubsystemState.EMPTY, NOW).wanted().tag()).isEqualTo("v1.2.4+build.5");
        upstream.commit("another build");
        upstream.tag("v1.2.4+build.6");
        assertThat(decider.decide(subsystem(), SubsystemState.EMPTY, NOW).rule()).isEqualTo(Rule.AMBIGUOUS_VERSION);
    }

    @Test
    void noticesTagsThatRealGitMovesAndDeletes() {
        upstream.tag("v1.0.0");
        Decision first = decider.decide(subsystem(), SubsystemState.EMPTY, NOW);
        SubsystemState on = SubsystemState.EMPTY.seeing(first.sightings()).installed(first.wanted());

        upstream.commit("evil");
        upstream.git("tag", "-f", "v1.0.0");
        assertThat(decider.decide(subsystem(), on, NOW).rule()).isEqualTo(Rule.MOVED_TAG);
        upstream.git("tag", "-d", "v1.0.0");
        assertThat(decider.decide(subsystem(), on, NOW).rule()).isEqualTo(Rule.DELETED_TAG);
    }

    @Test
    void followsARealBranchUntilItIsRewritten() {
        String first = upstream.head();
        SubsystemState on = SubsystemState.EMPTY.installed(UpstreamVersion.ofCommit(first));
        Subsystem branch = subsystem(d -> d.setStrategy("commits"));
        assertThat(decider.decide(branch, on, NOW).rule()).isEqualTo(Rule.UP_TO_DATE);

        String second = upstream.commit("second");
        Decision forward = decider.decide(branch, on, NOW);
        assertThat(forward.rule()).isEqualTo(Rule.NEWER_COMMIT);
        assertThat(forward.wanted().commit()).isEqualTo(second);

        upstream.git("reset", "-q", "--hard", first);
        upstream.commit("another");
        assertThat(decider.decide(branch, on.installed(forward.wanted()), NOW).rule()).isEqualTo(Rule.REWRITTEN_BRANCH);
    }

    @Test
    void putsGitAndTheReleaseApiTogether() {
        upstream.tag("v1.0.0");
        upstream.commit("next");
        upstream.tag("v1.1.0");
        github.publish("nats-io/nats-server", "v1.0.0", NOW.minusSeconds(86_400));
        ObjectNode release = github.publish("nats-io/nats-server", "v1.1.0", NOW.minusSeconds(60));
        ObjectNode file = FakeGithub.asset(release, "nats-v1.1.0-linux.tar.gz", "starter", 0);
        Subsystem nats = subsystem(d -> d.setStrategy("releases"), d -> d.setAssets("nats-{tag}-{os}.tar.gz"));
        SubsystemState on = SubsystemState.EMPTY.installed(new UpstreamVersion("v1.0.0", "v1.0.0", upstream.git("rev-parse", "v1.0.0").trim()));

        assertThat(decider.decide(nats, on, NOW).rule()).isEqualTo(Rule.ASSETS_UPLOADING);
        file.put("state", "uploaded").put("size", 1000);
        assertThat(decider.decide(nats, on, NOW).wanted().tag()).isEqualTo("v1.1.0");
        github.fail(429, Map.of("Retry-After", "600"));
        Decision limited = decider.decide(nats, on, Instant.now());
        assertThat(limited.rule()).isEqualTo(Rule.UPSTREAM_UNAVAILABLE);
        assertThat(limited.until()).isAfter(Instant.now().plusSeconds(500));
    }

    @Test
    void goesToTheNextUpstreamWhenTheFirstIsGone() {
        upstream.tag("v1.0.0");
        Subsystem two = subsystem(d -> d.setRepository("gone/gone=file:///nowhere/at-all,nats-io/nats-server=" + upstream.address()));

        Decision decision = decider.decide(two, SubsystemState.EMPTY, NOW);

        assertThat(decision.wanted().tag()).isEqualTo("v1.0.0");
        assertThat(decision.upstream()).isEqualTo(two.upstreams().get(1));
        assertThat(decision.findings()).extracting(Finding::rule).containsExactly(Rule.UPSTREAM_UNAVAILABLE);
    }

    @SafeVarargs
    private Subsystem subsystem(Consumer<SubsystemDefinition>... properties) {
        return TestSubsystems.nats(d -> {
            d.setRepository("nats-io/nats-server=" + upstream.address());
            List.of(properties).forEach(property -> property.accept(d));
        });
    }
}
