package io.waystation.update.release;

import static io.waystation.update.release.TestReleases.MACHINE;
import static io.waystation.update.release.TestReleases.NOW;
import static io.waystation.update.release.TestReleases.nats;
import static io.waystation.update.release.TestReleases.signed;
import static io.waystation.update.release.TestReleases.trusting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.update.Platform;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.release.ReleaseVerifier.Known;
import io.waystation.update.release.TrustedKeys.Vouched;
import io.waystation.update.version.VersionScheme;

class ReleaseVerifierTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey OTHER = SigningKey.generate();
    private final ReleaseVerifier verifier = new ReleaseVerifier(MACHINE);

    @Test
    void takesWhatATrustedKeySigned() {
        ReleaseVerifier.Signed opened = verifier.open(signed(nats(7), KEY).bytes(), trusting(KEY), NOW);

        assertThat(opened.manifest()).isEqualTo(nats(7));
        assertThat(opened.signer()).isEqualTo(KEY.id());
        assertThat(verifier.isNews(opened, Known.NOTHING, NOW)).isTrue();
    }

    @Test
    void takesAKeyThatOpensslMade() {
        // openssl genpkey -algorithm ed25519; openssl pkey -pubout -outform DER | tail -c 32 | base64
        SigningKey key = SigningKey.read("test", Secret.of("-----BEGIN PRIVATE KEY-----\n"
                + "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"));

        assertThat(key.publicKey()).isEqualTo("Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="); // RFC 8410, 10.1 and 10.3
        assertThat(SigningKey.read("test", Secret.of(key.pem())).id()).isEqualTo(key.id()).matches("[0-9a-f]{16}");
        assertThat(key.toString()).doesNotContain("1O5y");
        assertThatThrownBy(() -> SigningKey.read("waystation.test", Secret.of("c2VjcmV0"))).isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("waystation.test").hasMessageNotContaining("c2VjcmV0");
    }

    @Test
    void refusesAnEnvelopeWithAnyByteChanged() {
        byte[] good = signed(nats(7), KEY).bytes();
        Random random = new Random(42);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << random.nextInt(8));
            refused(null, bad, trusting(KEY));
            bad[at] = (byte) (good[at] + 1 + random.nextInt(255));
            refused(null, bad, trusting(KEY));
        }
    }

    @Test
    void refusesAnEnvelopeThatIsCutOrGoesOn() {
        byte[] good = signed(nats(7), KEY).bytes();
        for (int length = 0; length < good.length; length++) {
            refused(Refusal.UNREADABLE, Arrays.copyOf(good, length), trusting(KEY));
        }
        refused(Refusal.UNREADABLE, (new String(good, StandardCharsets.UTF_8) + "{}").getBytes(StandardCharsets.UTF_8), trusting(KEY));
        refused(Refusal.TOO_LARGE, new byte[Envelope.LARGEST + 1], trusting(KEY));
    }

    @Test
    void refusesOtherSignersAndOtherPayloads() {
        byte[] payload = ReleaseCodec.write(nats(7));

        refused(Refusal.UNKNOWN_KEY, signed(nats(7), OTHER).bytes(), trusting(KEY));
        refused(Refusal.UNSIGNED, "{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]}".getBytes(StandardCharsets.UTF_8), trusting(KEY));
        refused(Refusal.WRONG_PAYLOAD_TYPE, Envelope.sign("application/json", payload, List.of(KEY)).bytes(), trusting(KEY));
        Envelope.Signed forged = new Envelope.Signed(KEY.id(), OTHER.sign(payload));
        refused(Refusal.WRONG_SIGNATURE, new Envelope(Envelope.RELEASE, payload, List.of(forged)).bytes(), trusting(KEY));
        Envelope ofAnother = Envelope.sign(Envelope.RELEASE, ReleaseCodec.write(nats(6)), List.of(KEY));
        refused(Refusal.WRONG_SIGNATURE, new Envelope(Envelope.RELEASE, payload, ofAnother.signatures()).bytes(), trusting(KEY));
    }

    @Test
    void takesOneOfSeveralSignatures() {
        Envelope both = signed(nats(7), OTHER, KEY);

        assertThat(verifier.open(both.bytes(), trusting(KEY), NOW).signer()).isEqualTo(KEY.id());
        assertThat(verifier.open(both.bytes(), trusting(OTHER), NOW).signer()).isEqualTo(OTHER.id());
    }

    @Test
    void refusesReplayFreezeAndForkByName() {
        ReleaseVerifier.Signed seven = verifier.open(signed(nats(7), KEY).bytes(), trusting(KEY), NOW);
        Known six = new Known(6, null);

        assertThat(verifier.isNews(seven, six, NOW)).isTrue();
        assertThat(verifier.isNews(seven, new Known(7, seven.payload()), NOW)).as("the same once more").isFalse();
        assertThat(verifier.isNews(seven, new Known(7, null), NOW)).as("its text was lost here").isTrue();
        refused(Refusal.REPLAYED, () -> verifier.isNews(seven, new Known(8, null), NOW));
        refused(Refusal.FORKED, () -> verifier.isNews(seven, new Known(7, "other".getBytes(StandardCharsets.UTF_8)), NOW));
        refused(Refusal.EXPIRED, () -> verifier.isNews(seven, six, NOW.plus(Duration.ofDays(30))));
        assertThat(verifier.isNews(seven, six, NOW.plus(Duration.ofDays(30)).minusMillis(1))).isTrue();
    }

    @Test
    void findsReleasesThatAreNotForThisMachineNow() {
        assertThat(problem("2.9.0", MACHINE, NOW)).isNull();
        assertThat(problem(null, MACHINE, NOW)).as("nothing is installed, so nothing is too old").isNull();
        assertThat(problem("2.8.9", MACHINE, NOW)).isEqualTo(Refusal.BELOW_MINIMUM);
        assertThat(problem("nightly", MACHINE, NOW)).isEqualTo(Refusal.BELOW_MINIMUM);
        assertThat(problem("2.9.0", new Platform("plan9", "amd64"), NOW)).isEqualTo(Refusal.WRONG_PLATFORM);
        assertThat(problem("2.9.0", new Platform("linux", "arm64"), NOW)).isEqualTo(Refusal.WRONG_PLATFORM);
        assertThat(problem("2.9.0", MACHINE, NOW.plus(Duration.ofDays(30)))).isEqualTo(Refusal.EXPIRED);
    }

    private static Refusal problem(String installed, Platform platform, Instant now) {
        UpstreamVersion current = installed == null ? null : new UpstreamVersion(installed, "v" + installed, "0".repeat(40));
        return new ReleaseVerifier(platform).problem(nats(7), current, VersionScheme.SEMVER, now).map(ReleaseException::refusal).orElse(null);
    }

    @Test
    void trustsANewKeyThatATrustedOneVouchedForInItsTime() {
        Instant from = NOW.plus(Duration.ofDays(1));
        Instant until = NOW.plus(Duration.ofDays(9));
        TrustedKeys keys = trusting(KEY).with(List.of(new Vouched(ReleaseKey.of(OTHER.publicKey(), from, until), KEY.id())));
        byte[] release = signed(nats(7), OTHER).bytes();

        refused(Refusal.KEY_TOO_EARLY, () -> verifier.open(release, keys, from.minusMillis(1)));
        assertThat(verifier.open(release, keys, from).signer()).isEqualTo(OTHER.id());
        refused(Refusal.KEY_EXPIRED, () -> verifier.open(release, keys, until));
    }

    @Test
    void forgetsEverythingAStolenKeyBroughtInWhenItIsNoLongerPinned() {
        SigningKey third = SigningKey.generate();
        ReleaseKey second = ReleaseKey.of(OTHER.publicKey(), NOW, NOW.plus(Duration.ofDays(9)));
        ReleaseKey last = ReleaseKey.of(third.publicKey(), NOW, NOW.plus(Duration.ofDays(9)));
        List<Vouched> chain = List.of(new Vouched(last, OTHER.id()), new Vouched(second, KEY.id()));

        assertThat(trusting(KEY).with(chain).find(third.id())).isPresent();
        assertThat(trusting(SigningKey.generate()).with(chain).find(third.id())).isEmpty();
        assertThat(trusting(KEY).with(List.of(new Vouched(ReleaseKey.of(KEY.publicKey(), NOW, NOW.plusSeconds(1)), KEY.id())))
                .find(KEY.id()).orElseThrow().until()).as("a pinned key stays as it is").isNull();
    }

    private void refused(Refusal expected, byte[] envelope, TrustedKeys keys) {
        refused(expected, () -> verifier.open(envelope, keys, NOW));
    }

    private static void refused(Refusal expected, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ReleaseException.class, refused -> {
            if (expected != null) {
                assertThat(refused.refusal()).isEqualTo(expected);
            }
        });
    }
}
