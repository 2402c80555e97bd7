package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static io.waystation.ingest.Signing.hex;
import static io.waystation.ingest.Signing.secrets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import com.standardwebhooks.Webhook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.MovableClock;
import io.waystation.event.Headers;

class SignatureSchemesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final String WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER_WHSEC =
            "whsec_" + Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes());

    private final MovableClock clock = new MovableClock(NOW);

    /** A provider, two of its secrets, and how it signs with one of them at a time. */
    private record Sender(Provider provider, String secret, String other, Duration window, String body, Signer signer) {
        String[] sign(String key, String content, Instant time) {
            return signer.sign(key, bytes(content), time);
        }

        @Override
        public String toString() {
            return provider.id();
        }
    }

    private interface Signer {
        String[] sign(String key, byte[] body, Instant time);
    }

    static Stream<Sender> senders() {
        List<Sender> senders = new ArrayList<>();
        senders.add(bodyOnly(Provider.GITHUB, "x-hub-signature-256", "sha256="));
        senders.add(bodyOnly(Provider.BITBUCKET, "x-hub-signature", "sha256="));
        senders.add(bodyOnly(Provider.BITBUCKET_SERVER, "x-hub-signature", "sha256="));
        senders.add(bodyOnly(Provider.JIRA, "x-hub-signature", "sha256="));
        senders.add(bodyOnly(Provider.GITEA, "x-gitea-signature", ""));
        senders.add(bodyOnly(Provider.FORGEJO, "x-forgejo-signature", ""));
        senders.add(bodyOnly(Provider.HMAC, "x-signature", ""));
        senders.add(bodyOnly(Provider.AUTO, "x-hub-signature-256", "sha256="));
        senders.add(bodyOnly(Provider.WEBSUB, "x-hub-signature", "sha256="));
        senders.add(new Sender(Provider.SHOPIFY, "one", "two", null, "{}", (key, body, time) -> new String[] {
            "x-shopify-hmac-sha256", Signing.base64("HmacSHA256", bytes(key), body)}));
        senders.add(new Sender(Provider.GITLAB, "one", "two", null, "{}",
                (key, body, time) -> new String[] {"x-gitlab-token", key}));
        senders.add(new Sender(Provider.BEARER, "one", "two", null, "{}",
                (key, body, time) -> new String[] {"authorization", "bearer " + key}));
        senders.add(new Sender(Provider.GITLAB, WHSEC, OTHER_WHSEC, Duration.ofMinutes(5), "{}", standard("webhook-")));
        senders.add(new Sender(
                Provider.STANDARD_WEBHOOKS, WHSEC, OTHER_WHSEC, Duration.ofMinutes(5), "{}", standard("webhook-")));
        senders.add(new Sender(
                Provider.STANDARD_WEBHOOKS, WHSEC, OTHER_WHSEC, Duration.ofMinutes(5), "{}", standard("svix-")));
        senders.add(new Sender(Provider.AUTO, WHSEC, OTHER_WHSEC, Duration.ofMinutes(5), "{}", standard("webhook-")));
        senders.add(new Sender(Provider.SLACK, "one", "two", Duration.ofMinutes(5), "{}", (key, body, time) ->
                new String[] {"x-slack-request-timestamp", "" + time.getEpochSecond(), "x-slack-signature",
                    "v0=" + hex("HmacSHA256", key, bytes("v0:" + time.getEpochSecond() + ":"), body)}));
        senders.add(new Sender(Provider.STRIPE, "whsec_one", "whsec_two", Duration.ofMinutes(5), "{}",
                (key, body, time) -> new String[] {"stripe-signature", "t=" + time.getEpochSecond() + ",v1=00,v1="
                    + hex("HmacSHA256", key, bytes(time.getEpochSecond() + "."), body) + ",v0=11"}));
        return senders.stream();
    }

    private static Sender bodyOnly(Provider provider, String header, String prefix) {
        return new Sender(provider, "one", "two", null, "{\"a\": 1.0}",
                (key, body, time) -> new String[] {header, prefix + hex("HmacSHA256", key, body)});
    }

    private static Signer standard(String prefix) {
        return (key, body, time) -> {
            try {
                String signature = new Webhook(key).sign("msg_1", time.getEpochSecond(), new String(body));
                return new String[] {prefix + "id", "msg_1", prefix + "timestamp", "" + time.getEpochSecond(),
                    prefix + "signature", "v1,AAAA v9,x " + signature};
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        };
    }

    private Verdict verify(Sender sender, String body, String... headers) {
        return SignatureSchemes.of(sender.provider(), SchemeSettings.of(
                secrets(sender.secret(), sender.other()), null, clock)).verify(Headers.of(headers), bytes(body));
    }

    @ParameterizedTest
    @MethodSource("senders")
    void acceptsASignatureOfAnyOfItsSecrets(Sender sender) {
        Verdict first = verify(sender, sender.body(), sender.sign(sender.secret(), sender.body(), NOW));
        Verdict second = verify(sender, sender.body(), sender.sign(sender.other(), sender.body(), NOW));

        assertThat(first).isInstanceOfSatisfying(Verdict.Verified.class, v -> assertThat(v.secret()).isZero());
        assertThat(second).isInstanceOfSatisfying(Verdict.Verified.class, v -> assertThat(v.secret()).isOne());
    }

    @ParameterizedTest
    @MethodSource("senders")
    void refusesASignatureOfAnotherSecret(Sender sender) {
        String stranger = sender.secret().startsWith("whsec_M") ? "whsec_" + "QUJD".repeat(8) : "three";

        assertRefused(verify(sender, sender.body(), sender.sign(stranger, sender.body(), NOW)), Verdict.Reason.BAD);
    }

    @ParameterizedTest
    @MethodSource("senders")
    void refusesARequestWithoutSignature(Sender sender) {
        assertRefused(verify(sender, sender.body()), Verdict.Reason.MISSING);
        String[] signed = sender.sign(sender.secret(), sender.body(), NOW);
        signed[signed.length - 1] = "";
        assertThat(verify(sender, sender.body(), signed)).isInstanceOf(Verdict.Refused.class);
    }

    @ParameterizedTest
    @MethodSource("senders")
    void refusesOtherBytesThanThoseThatWereSigned(Sender sender) {
        if (sender.provider() == Provider.BEARER || sender.provider() == Provider.GITLAB && sender.window() == null) {
            return; // a token says nothing about the body
        }
        String[] signed = sender.sign(sender.secret(), sender.body(), NOW);

        assertRefused(verify(sender, sender.body() + " ", signed), Verdict.Reason.BAD);
    }

    @ParameterizedTest
    @MethodSource("senders")
    void refusesAGoodSignatureOfAnotherTime(Sender sender) {
        if (sender.window() == null) {
            return;
        }
        String[] signed = sender.sign(sender.secret(), sender.body(), NOW);
        clock.move(sender.window());
        assertThat(verify(sender, sender.body(), signed)).isInstanceOf(Verdict.Verified.class);
        clock.move(Duration.ofSeconds(1));
        assertRefused(verify(sender, sender.body(), signed), Verdict.Reason.STALE);
        clock.move(sender.window().multipliedBy(-2).minusSeconds(2));
        assertRefused(verify(sender, sender.body(), signed), Verdict.Reason.STALE);
    }

    @ParameterizedTest
    @MethodSource("senders")
    void neverThrowsWhateverTheHeadersSay(Sender sender) {
        for (String junk : List.of("", " ", "=", ",", "t=,v1=", "t=1,v1=zz", "v1,", "v1,%%%", "sha256=", "sha256=zz",
                "v0=", "é", "x".repeat(10_000), "v1,A ".repeat(5_000))) {
            String[] headers = sender.sign(sender.secret(), sender.body(), NOW);
            for (int i = 1; i < headers.length; i += 2) {
                String[] changed = headers.clone();
                changed[i] = junk;
                assertThat(verify(sender, sender.body(), changed)).isInstanceOf(Verdict.Refused.class);
            }
        }
    }

    @Test
    void linearLooksAtTheSignedTimeAndNotAtTheHeader() {
        String fresh = "{\"action\":\"create\",\"webhookTimestamp\":" + NOW.toEpochMilli() + "}";
        String stale = "{\"action\":\"create\",\"webhookTimestamp\":" + NOW.minusSeconds(61).toEpochMilli() + "}";
        String none = "{\"action\":\"create\",\"webhookTimestamp\":null}";

        assertThat(linear(fresh)).isInstanceOf(Verdict.Verified.class);
        assertRefused(linear(stale), Verdict.Reason.STALE);
        assertRefused(linear(none), Verdict.Reason.STALE);
        assertRefused(linear("[]"), Verdict.Reason.STALE);
        clock.move(Duration.ofSeconds(60));
        assertThat(linear(fresh)).isInstanceOf(Verdict.Verified.class);
        clock.move(Duration.ofMillis(1));
        assertRefused(linear(fresh), Verdict.Reason.STALE);
    }

    private Verdict linear(String body) {
        return SignatureSchemes.of(Provider.LINEAR, SchemeSettings.of(secrets("one"), null, clock)).verify(
                Headers.of("linear-signature", hex("HmacSHA256", "one", bytes(body)),
                        "linear-timestamp", "" + clock.millis()), bytes(body));
    }

    @Test
    void gitLabNeverFallsBackToTheTokenWhenTheRequestIsSigned() {
        Sender sender = new Sender(Provider.GITLAB, "token", WHSEC, null, "{}", null);

        assertThat(verify(sender, "{}", "x-gitlab-token", "token")).isInstanceOf(Verdict.Verified.class);
        assertRefused(verify(sender, "{}", "x-gitlab-token", "token", "webhook-signature", "v1,AAAA",
                "webhook-id", "1", "webhook-timestamp", "" + NOW.getEpochSecond()), Verdict.Reason.BAD);
        assertRefused(verify(sender, "{}", "x-gitlab-token", "token", "webhook-signature", ""), Verdict.Reason.MISSING);
        assertRefused(verify(sender, "{}", "x-gitlab-token", WHSEC), Verdict.Reason.BAD);
    }

    @Test
    void gitHubTakesSha1OnlyIfAllowedAndOnlyWithoutSha256() {
        String sha1 = "sha1=" + hex("HmacSHA1", "one", bytes("{}"));
        SignatureScheme strict = SignatureSchemes.of(Provider.GITHUB, SchemeSettings.of(secrets("one"), null, clock));
        SignatureScheme legacy = SignatureSchemes.of(Provider.GITHUB, new SchemeSettings(
                secrets("one"), null, clock, true, "", "", "sha256", SignatureEncoding.HEX));

        assertRefused(strict.verify(Headers.of("x-hub-signature", sha1), bytes("{}")), Verdict.Reason.MISSING);
        assertThat(legacy.verify(Headers.of("x-hub-signature", sha1), bytes("{}"))).isInstanceOf(Verdict.Verified.class);
        assertRefused(legacy.verify(
                Headers.of("x-hub-signature", sha1, "x-hub-signature-256", "sha256=00"), bytes("{}")), Verdict.Reason.BAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-forgejo-signature", "x-gitea-signature"})
    void forgesSignThePayloadOfAForm(String header) {
        String json = "{\"ref\":\"refs/heads/a b\"}";
        byte[] form = bytes("payload=" + java.net.URLEncoder.encode(json, java.nio.charset.StandardCharsets.UTF_8));
        Provider provider = header.contains("forgejo") ? Provider.FORGEJO : Provider.GITEA;
        SignatureScheme scheme = SignatureSchemes.of(provider, SchemeSettings.of(secrets("one"), null, clock));

        Verdict verdict = scheme.verify(Headers.of("content-type", "application/x-www-form-urlencoded; charset=utf-8",
                header, hex("HmacSHA256", "one", bytes(json))), form);

        assertThat(verdict).isEqualTo(new Verdict.Verified(provider, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha1", "sha256", "sha384", "sha512"})
    void webSubAndGenericSchemesKnowFourAlgorithms(String algorithm) {
        String jca = "Hmac" + algorithm.toUpperCase(java.util.Locale.ROOT);
        SignatureScheme webSub = SignatureSchemes.of(Provider.WEBSUB, SchemeSettings.of(secrets("one"), null, clock));
        SignatureScheme generic = SignatureSchemes.of(Provider.HMAC, new SchemeSettings(
                secrets("one"), null, clock, false, "X-Sign", "b64 ", algorithm, SignatureEncoding.BASE64));

        assertThat(webSub.verify(
                Headers.of("x-hub-signature", algorithm + "=" + hex(jca, "one", bytes("{}"))), bytes("{}")))
                .isInstanceOf(Verdict.Verified.class);
        assertThat(generic.verify(
                Headers.of("x-sign", "b64 " + Signing.base64(jca, bytes("one"), bytes("{}"))), bytes("{}")))
                .isInstanceOf(Verdict.Verified.class);
    }

    @Test
    void aChannelOfAnyProviderSaysWhoSigned() {
        Sender sender = new Sender(Provider.AUTO, "one", "two", null, "{}", null);
        String digest = hex("HmacSHA256", "two", bytes("{}"));

        assertThat(verify(sender, "{}", "x-gitlab-token", "one")).isEqualTo(new Verdict.Verified(Provider.GITLAB, 0));
        assertThat(verify(sender, "{}", "x-gitea-signature", "sha256=" + digest, "x-hub-signature-256", "sha256=00"))
                .isEqualTo(new Verdict.Verified(Provider.GITEA, 1));
        assertThat(verify(sender, "{}", "x-forgejo-signature", digest))
                .isEqualTo(new Verdict.Verified(Provider.FORGEJO, 1));
        assertThat(verify(sender, "{}", "x-hub-signature", digest)).isEqualTo(new Verdict.Verified(Provider.BITBUCKET, 1));
        assertRefused(verify(sender, "{}", "linear-signature", digest), Verdict.Reason.MISSING);
        assertRefused(verify(sender, "{}", "webhook-signature", "v1,AAAA"), Verdict.Reason.BAD);
    }

    @Test
    void aChannelOfAnyProviderTellsSendersThatSignAlikeApart() {
        Sender sender = new Sender(Provider.AUTO, "one", "two", null, "{}", null);
        String digest = "sha256=" + hex("HmacSHA256", "one", bytes("{}"));

        assertThat(verify(sender, "{}", "x-hub-signature", digest, "x-atlassian-webhook-identifier", "w-1"))
                .isEqualTo(new Verdict.Verified(Provider.JIRA, 0));
        assertThat(verify(sender, "{}", "x-hub-signature", digest, "x-event-key", "repo:push"))
                .isEqualTo(new Verdict.Verified(Provider.BITBUCKET, 0));
        assertThat(verify(sender, "{}", "x-hub-signature-256", digest, "x-github-event", "push"))
                .isEqualTo(new Verdict.Verified(Provider.GITHUB, 0));
        assertThat(verify(sender, "{}", "x-hub-signature-256", digest)).isEqualTo(new Verdict.Verified(Provider.HMAC, 0));
        assertThat(verify(sender, "{}", "x-hub-signature-256", digest, "ce-type", "com.example.some"))
                .isEqualTo(new Verdict.Verified(Provider.HMAC, 0));
        assertRefused(verify(sender, "{ }", "x-hub-signature", digest, "x-atlassian-webhook-identifier", "w-1"), Verdict.Reason.BAD);
        assertRefused(verify(sender, "{ }", "x-hub-signature-256", digest), Verdict.Reason.BAD);
    }

    @Test
    void refusesStandardWebhooksIdsThatRunIntoTheTime() throws Exception {
        String body = "1.{}";
        String signature = new Webhook(WHSEC).sign("msg", NOW.getEpochSecond(), body);

        Verdict verdict = verify(new Sender(Provider.STANDARD_WEBHOOKS, WHSEC, OTHER_WHSEC, null, "", null), "{}",
                "webhook-id", "msg." + NOW.getEpochSecond(), "webhook-timestamp", "1", "webhook-signature", signature);

        assertRefused(verdict, Verdict.Reason.MISSING);
    }

    @Test
    void whatItSignsIsWhatTheReferenceLibraryVerifies() throws Exception {
        byte[] key = Base64.getDecoder().decode(WHSEC.substring(6));
        String time = Long.toString(Clock.systemUTC().millis() / 1000);

        new Webhook(WHSEC).verify("{\"ü\":1}", java.util.Map.of(
                "webhook-id", List.of("msg_1"), "webhook-timestamp", List.of(time), "webhook-signature",
                List.of("v1," + Signing.base64("HmacSHA256", key, bytes("msg_1." + time + "."), bytes("{\"ü\":1}")))));
    }

    @Test
    void refusesToStartWithSecretsThatCannotBeRight() {
        for (Provider provider : Provider.values()) {
            if (provider != Provider.NONE) {
                assertThatThrownBy(() -> SignatureSchemes.of(provider, SchemeSettings.of(List.of(), null, clock)))
                        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no secrets");
            }
        }
        assertThatThrownBy(() -> SignatureSchemes.of(Provider.NONE, SchemeSettings.of(secrets("x"), null, clock)))
                .hasMessageContaining("provider none checks no signatures");
        for (String secret : List.of("whsec_", "whsec_AAAA", "whpk_AAAA", "whpk_" + "AgIC".repeat(10) + "AgI=", "whsk_AAAA", "not base64!")) {
            assertThatThrownBy(() -> SignatureSchemes.of(
                    Provider.STANDARD_WEBHOOKS, SchemeSettings.of(secrets(secret), null, clock)))
                    .isInstanceOf(IllegalArgumentException.class).message().doesNotContain("not base64!");
        }
        assertThatThrownBy(() -> secrets("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLongerWindowMayBeSet() {
        String[] signed = standard("webhook-").sign(WHSEC, bytes("{}"), NOW.minus(Duration.ofHours(5)));
        SignatureScheme scheme = SignatureSchemes.of(
                Provider.STANDARD_WEBHOOKS, SchemeSettings.of(secrets(WHSEC), Duration.ofHours(6), clock));

        assertThat(scheme.verify(Headers.of(signed), bytes("{}"))).isInstanceOf(Verdict.Verified.class);
    }

    private static void assertRefused(Verdict verdict, Verdict.Reason reason) {
        assertThat(verdict).isInstanceOfSatisfying(
                Verdict.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
