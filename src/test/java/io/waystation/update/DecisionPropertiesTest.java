package io.waystation.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.semver4j.Semver;

import io.waystation.update.git.RemoteTag;

/** What holds of every decision, tried on histories made by chance; the seed of a failure is in its message. */
class DecisionPropertiesTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final DecisionRules RULES = new DecisionRules(new Platform("linux", "amd64"));
    private static final String[] OTHERS = {"2025.12", "nightly", "v1.2", "$(id)", "v1.2.3.4", "arc-v1.0.0", "RELEASE.2024-01-02T03-04-05Z"};

    @Test
    void doesNotDependOnTheOrderOfTags() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Subsystem subsystem = subsystem(random);
            List<RemoteTag> tags = tags(random, 40);
            SubsystemState state = random.nextBoolean() ? SubsystemState.EMPTY : SubsystemState.EMPTY.installed(versionOf(tags.get(0)));
            Decision first = decide(subsystem, tags, state, START);
            Collections.shuffle(tags, random);

            assertThat(decide(subsystem, tags, state, START)).as("seed %d", seed).isEqualTo(first);
        }
    }

    /** Tags come and go and move, updates run, succeed, fail and are approved: what is installed never becomes older by itself. */
    @Test
    void neverWantsAnOlderVersionAfterANewerOne() {
        int updates = 0;
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Subsystem subsystem = subsystem(random);
            List<RemoteTag> tags = tags(random, 10);
            SubsystemState state = SubsystemState.EMPTY;
            Instant now = START;
            for (int step = 0; step < 40; step++) {
                change(tags, random);
                now = now.plus(Duration.ofHours(random.nextInt(30)));
                Decision decision = decide(subsystem, tags, state, now);
                state = state.seeing(decision.sightings());
                if (decision.action() != Action.UPDATE) {
                    continue;
                }
                updates++;
                UpstreamVersion wanted = decision.wanted();
                assertNotOlder(wanted, state.current(), seed);
                assertNotOlder(wanted, state.wanted(), seed);
                assertThat(state.quarantined()).as("seed %d", seed).doesNotContainKey(wanted.commit());
                state = switch (random.nextInt(4)) {
                    case 0 -> state.wanting(wanted);
                    case 1 -> state.quarantining(new Quarantine(wanted, "it failed.", now)).wanting(null);
                    default -> state.installed(wanted);
                };
            }
        }
        assertThat(updates).as("updates that were looked at").isGreaterThan(1_000);
    }

    @Test
    void wantsNothingAgainOnceItIsInstalled() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Subsystem subsystem = subsystem(random);
            List<RemoteTag> tags = tags(random, 20);
            Decision decision = decide(subsystem, tags, SubsystemState.EMPTY, START);
            if (decision.action() == Action.UPDATE) {
                SubsystemState done = SubsystemState.EMPTY.seeing(decision.sightings()).installed(decision.wanted());
                assertThat(decide(subsystem, tags, done, START).action()).as("seed %d", seed).isNotEqualTo(Action.UPDATE);
            }
        }
    }

    /** The best of several runs, so that a busy machine does not decide; bench/ measures the whole. */
    @Test
    void decidesAboutTwoHundredSubsystemsInLessThanASecond() {
        List<Subsystem> subsystems = IntStream.range(0, 200).mapToObj(i -> TestSubsystems.nats(d -> d.setName("subsystem-" + i))).toList();
        List<RemoteTag> tags = tags(new Random(1), 500);
        SubsystemState state = SubsystemState.EMPTY.installed(versionOf(new RemoteTag("v1.0.0", Upstreams.commit("v1.0.0"))));

        long best = Long.MAX_VALUE;
        for (int run = 0; run < 6; run++) {
            long begin = System.nanoTime();
            subsystems.forEach(subsystem -> decide(subsystem, tags, state, START));
            best = Math.min(best, System.nanoTime() - begin);
        }
        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofSeconds(1));
    }

    private static Decision decide(Subsystem subsystem, List<RemoteTag> tags, SubsystemState state, Instant now) {
        UpstreamReading reading = new UpstreamReading(subsystem.upstreams().get(0), tags, null, true, List.of(), null);
        return RULES.decide(subsystem, List.of(reading), state, now);
    }

    private static Subsystem subsystem(Random random) {
        return TestSubsystems.nats(
                d -> d.setRange(List.of("", "^1.0.0", "<2.0.0", ">=0.3.0").get(random.nextInt(4))),
                d -> d.setPrerelease(List.of("none", "rc", "any").get(random.nextInt(3))),
                d -> d.setCooldown(List.of("0s", "1d").get(random.nextInt(2))),
                d -> d.setApproval(List.of("none", "none", "major", "all").get(random.nextInt(4))));
    }

    private static List<RemoteTag> tags(Random random, int count) {
        List<RemoteTag> tags = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            add(tags, random);
        }
        return tags;
    }

    private static void add(List<RemoteTag> tags, Random random) {
        String name = random.nextInt(5) == 0 ? OTHERS[random.nextInt(OTHERS.length)]
                : (random.nextInt(8) == 0 ? "" : "v") + random.nextInt(3) + "." + random.nextInt(5) + "." + random.nextInt(12)
                        + (random.nextInt(5) == 0 ? "-rc." + random.nextInt(12) : "");
        if (tags.stream().noneMatch(tag -> tag.name().equals(name))) {
            tags.add(new RemoteTag(name, Upstreams.commit(name)));
        }
    }

    private static void change(List<RemoteTag> tags, Random random) {
        add(tags, random);
        if (random.nextInt(6) == 0 && tags.size() > 3) {
            tags.remove(random.nextInt(tags.size()));
        }
        if (random.nextInt(6) == 0) {
            int moved = random.nextInt(tags.size());
            tags.set(moved, new RemoteTag(tags.get(moved).name(), Upstreams.commit("moved" + random.nextInt())));
        }
    }

    private static UpstreamVersion versionOf(RemoteTag tag) {
        return new UpstreamVersion(tag.name(), tag.name(), tag.commit());
    }

    private static void assertNotOlder(UpstreamVersion wanted, UpstreamVersion than, int seed) {
        if (than != null) {
            assertThat(semver(wanted)).as("seed %d: %s after %s", seed, wanted, than).isGreaterThanOrEqualTo(semver(than));
        }
    }

    private static Semver semver(UpstreamVersion version) {
        return new Semver(version.version().replaceFirst("^v", ""));
    }
}
