package io.waystation.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

import io.waystation.event.EventHeaders;
import io.waystation.settings.InvalidSettingException;

/** One stanza describes a subsystem, and a wrong one never starts. */
class SubsystemDefinitionTest {
    @Test
    void needsOnlyANameAndARepository() {
        Subsystem nats = TestSubsystems.nats();

        assertThat(nats.upstreams()).containsExactly(new Upstream("https://github.com/nats-io/nats-server.git", "nats-io/nats-server", "main"));
        assertThat(nats.selection().strategy()).isEqualTo(Strategy.TAGS);
        assertThat(nats.policy().approval()).containsExactly(ApprovalStep.MAJOR);
        assertThat(nats.local().versionVariable()).isEqualTo("NATS_VERSION");
        assertThat(nats.local().artefact()).isEqualTo(".bin/nats");
        assertThat(nats.local().mode()).isEqualTo(Mode.AUTO);
    }

    @Test
    void takesSeveralUpstreamsInTheirOrder() {
        Subsystem nats = TestSubsystems.nats(d -> d.setRepository(
                "acme/nats-fork, git@git.example.com:mirrors/nats.git, nats-io/nats-server=file:///srv/git/nats"));

        assertThat(nats.upstreams()).extracting(Upstream::address).containsExactly(
                "https://github.com/acme/nats-fork.git", "ssh://git@git.example.com/mirrors/nats.git", "file:///srv/git/nats");
        assertThat(nats.upstreams()).extracting(Upstream::repository).containsExactly(
                "acme/nats-fork", "mirrors/nats", "nats-io/nats-server");
    }

    @Test
    void isWokenByItsTagsOrByItsBranchButByNoOther() {
        SubsystemDefinition tags = TestSubsystems.definition();
        tags.start();
        SubsystemDefinition commits = TestSubsystems.definition(d -> d.setStrategy("commits"), d -> d.setBranch("dev"));
        commits.start();

        assertThat(tags.isConcernedBy(about("refs/tags/v1.0.0"))).isTrue();
        assertThat(tags.isConcernedBy(about("refs/heads/main"))).isFalse();
        assertThat(commits.isConcernedBy(about("refs/heads/dev"))).isTrue();
        assertThat(commits.isConcernedBy(about("refs/heads/main"))).isFalse();
        assertThat(tags.isConcernedBy(about(""))).as("what tells nothing wakes").isTrue();
    }

    private static Exchange about(String ref) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(EventHeaders.SUBJECT, ref);
        return exchange;
    }

    @Test
    void isFollowedByItsDependentsAndTheirsEachOnceAndAfterAllItDependsOn() {
        Subsystems all = new Subsystems();
        Map.of("nats", "telegraf,liftbridge", "liftbridge", "telegraf,arc", "telegraf", "grafana", "arc", "telegraf", "odd", "odd,nats")
                .forEach((name, dependents) -> all.put(TestSubsystems.nats(d -> d.setName(name), d -> d.setDependents(dependents))));

        assertThat(all.after(all.find("nats").orElseThrow())).containsExactly("liftbridge", "arc", "telegraf", "grafana");
        assertThat(all.after(all.find("odd").orElseThrow())).as("a circle ends").startsWith("nats").doesNotContain("odd");
        assertThat(all.after(all.find("telegraf").orElseThrow())).as("also what is no subsystem").containsExactly("grafana");
    }

    @Test
    void refusesWhatCouldRunSomethingOrLeadElsewhere() {
        refused("repository", d -> d.setRepository("ext::sh -c id"));
        refused("repository", d -> d.setRepository("--upload-pack=id"));
        refused("repository", d -> d.setRepository("ssh://-oProxyCommand=id/x"));
        refused("repository", d -> d.setRepository("git://example.com/a/b"));
        refused("repository", d -> d.setRepository("http://example.com/a/b"));
        refused("repository", d -> d.setRepository("https://user:token@example.com/a/b"));
        refused("repository", d -> d.setRepository("file:relative"));
        refused("branch", d -> d.setBranch("$(id)"));
        refused("folder", d -> d.setFolder("../elsewhere"));
        refused("artefact", d -> d.setArtefact("/etc/passwd"));
        refused("tasks", d -> d.setTasks("--taskfile=https://example.com"));
        refused("versionVariable", d -> d.setVersionVariable("path"));
        refused("assets", d -> d.setAssets("../nats.tar.gz"));
    }

    @Test
    void refusesWhatWouldDecideWrongly() {
        refused("range", d -> d.setRange("newest"));
        refused("range", d -> d.setRange(">="));
        refused("tagPattern", d -> d.setTagPattern("v"));
        refused("tagPattern", d -> d.setTagPattern("(?<version>["));
        refused("prerelease", d -> d.setPrerelease("rc.1"));
        refused("cooldown", d -> d.setCooldown("soon"));
        refused("approval", d -> d.setApproval("majors"));
        refused("approvalDeadline", d -> {
            d.setCooldown("7d");
            d.setApprovalDeadline("3d");
        });
        refused("strategy", d -> d.setStrategy("newest"));
    }

    @Test
    void isKnownFromStartToStop() {
        Subsystems known = new Subsystems();
        SubsystemDefinition first = TestSubsystems.definition(d -> d.setSubsystems(known));
        SubsystemDefinition edited = TestSubsystems.definition(d -> d.setSubsystems(known), d -> d.setRange("^2.10.0"));

        first.start();
        edited.start();
        first.stop();

        assertThat(known.find("nats")).map(s -> s.selection().range().toString()).contains("^2.10.0");
        assertThat(known.ofRepository("NATS-io/nats-server")).hasSize(1);
        edited.stop();
        assertThat(known.all()).isEmpty();
    }

    private static void refused(String parameter, Consumer<SubsystemDefinition> property) {
        assertThatThrownBy(() -> TestSubsystems.nats(property))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("subsystem nats: " + parameter);
    }
}
