package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;
import io.waystation.OutsideTool;
import io.waystation.Patience;
import io.waystation.delivery.Receiver;

/**
 * An unmodified gosmee client while the hub is killed with {@code kill -9} and started again. Rounds come from
 * {@code -Dwaystation.faults}, three at most; the seed from {@code -Dfaults.seed}.
 */
@ExtendWith(Patience.class)
class GosmeeClientTest {
    private static final String SECRET = "gosmee-client-secret";
    private static final String CHANNEL = "/gosmee-client-test";
    private static final int MOST_ROUNDS = 3;
    private static final int POSTS_PER_SECOND = 50;

    @TempDir
    private Path folder;

    @Test
    void postsEveryAcknowledgedEventOnceToItsTargetWhileTheHubIsKilledUnderLoad() throws Exception {
        Path gosmee = OutsideTool.required("gosmee");
        int rounds = Math.min(Integer.getInteger("faults.rounds", MOST_ROUNDS), MOST_ROUNDS);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Receiver target = new Receiver(); HubProcess hub = hub().start(); PostLoad load = new PostLoad(hub.uri(CHANNEL), SECRET, 8)) {
            Process client = new ProcessBuilder(gosmee.toString(), "client", hub.uri(CHANNEL).toString(), target.url("/hook"))
                    .redirectErrorStream(true).redirectOutput(folder.resolve("gosmee.log").toFile()).start();
            try {
                awaitListening(hub, target);
                load.startAtRate(POSTS_PER_SECOND);
                for (int round = 0; round < rounds; round++) {
                    int enough = load.acknowledged().size() + 1 + random.nextInt(2 * POSTS_PER_SECOND);
                    Awaitility.await("posts come in").until(() -> load.acknowledged().size() >= enough);
                    hub.kill();
                    hub.start();
                }
                int before = load.acknowledged().size();
                Awaitility.await("posts go on").until(() -> load.acknowledged().size() > before + POSTS_PER_SECOND);
                load.close();
                Set<String> wanted = load.acknowledged().keySet().stream().map(number -> "delivery-" + number).collect(Collectors.toSet());
                Awaitility.await("every acknowledged event is there").until(() -> delivered(target).containsAll(wanted));
                System.out.printf("gosmee client: seed %d, %d kills, %d acknowledged, %d refused, %d posted to its target%n", seed, rounds,
                        wanted.size(), load.refused(), target.received().size());
                assertThat(client.isAlive()).as("a client that saw a clean end would have left").isTrue();
            } finally {
                client.destroyForcibly().waitFor();
            }
            assertThat(delivered(target)).as("seed %d: once each", seed).doesNotHaveDuplicates();
            assertThat(target.received()).allSatisfy(got -> {
                assertThat(got.path()).isEqualTo("/hook");
                assertThat(got.header("x-github-event")).isEqualTo("push");
                assertThat(got.header("x-hub-signature-256")).as("the very bytes that were signed")
                        .isEqualTo("sha256=" + new HmacUtils(HmacAlgorithms.HMAC_SHA_256, SECRET).hmacHex(got.body()));
            });
        }
    }

    /** Posts until the client posts one on, for it tells nobody when it listens. */
    private static void awaitListening(HubProcess hub, Receiver target) throws Exception {
        try (PostLoad first = new PostLoad(hub.uri(CHANNEL), SECRET, 1)) {
            int[] number = {-1};
            Awaitility.await("the client listens").until(() -> {
                first.post(number[0]--);
                return !target.received().isEmpty();
            });
        }
    }

    private static List<String> delivered(Receiver target) {
        return target.received().stream().map(got -> got.header("x-github-delivery")).toList();
    }

    private HubProcess hub() throws Exception {
        String settings = "waystation.channels." + CHANNEL.substring(1);
        return new HubProcess(folder.resolve("data"), settings + ".secrets", "env:GOSMEE_SECRET", settings + ".open-readers", "true")
                .environment("GOSMEE_SECRET", SECRET);
    }
}
