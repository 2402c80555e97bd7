package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static io.waystation.ingest.Signing.secrets;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.waystation.MovableClock;
import io.waystation.event.Headers;

/** Signatures the providers and the specification publish, each at the time it was made. */
class PublishedVectorsTest {
    private static final String EVERYBODY = "It's a Secret to Everybody";
    private static final String HELLO_COMMA =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    private static final String HELLO = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
    private static final String STANDARD_BODY = "{\"test\": 2432232314}";
    private static final long STANDARD_TIME = 1614265330;
    private static final String STANDARD_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String V1 = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static final String V1A =
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

    @Test
    void gitHub() {
        assertThat(verify(Provider.GITHUB, 0, EVERYBODY, "Hello, World!", "x-hub-signature-256", HELLO_COMMA))
                .isEqualTo(new Verdict.Verified(Provider.GITHUB, 0));
    }

    @ParameterizedTest
    @CsvSource({"BITBUCKET", "BITBUCKET_SERVER", "JIRA", "WEBSUB"})
    void atlassianAndWebSub(Provider provider) {
        assertThat(verify(provider, 0, EVERYBODY, "Hello World!", "x-hub-signature", HELLO))
                .isEqualTo(new Verdict.Verified(provider, 0));
    }

    @ParameterizedTest
    @CsvSource({"webhook", "svix"})
    void standardWebhooksWithASharedKey(String prefix) {
        assertThat(standard("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", prefix, V1))
                .isEqualTo(new Verdict.Verified(Provider.STANDARD_WEBHOOKS, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="})
    void standardWebhooksWithAKeyPair(String secret) {
        assertThat(standard(secret, "webhook", V1A)).isEqualTo(new Verdict.Verified(Provider.STANDARD_WEBHOOKS, 0));
        assertThat(standard(secret, "webhook", "v1,AAAA v1a,AAAA v2,x " + V1A)).isInstanceOf(Verdict.Verified.class);
        assertThat(standard(secret, "webhook", V1)).isInstanceOf(Verdict.Refused.class);
        assertThat(standard(secret, "webhook", V1A.replace("hnO3", "hnO4"))).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void slack() {
        String body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
                + "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

        Verdict verdict = verify(Provider.SLACK, 1531420618, "8f742231b10e8888abcd99yyyzzz85a5", body,
                "x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "x-slack-request-timestamp", "1531420618");

        assertThat(verdict).isEqualTo(new Verdict.Verified(Provider.SLACK, 0));
    }

    private static Verdict standard(String secret, String prefix, String signature) {
        return verify(Provider.STANDARD_WEBHOOKS, STANDARD_TIME, secret, STANDARD_BODY,
                prefix + "-id", STANDARD_ID, prefix + "-timestamp", Long.toString(STANDARD_TIME),
                prefix + "-signature", signature);
    }

    private static Verdict verify(Provider provider, long seconds, String secret, String body, String... headers) {
        MovableClock clock = new MovableClock(Instant.ofEpochSecond(seconds));
        return SignatureSchemes.of(provider, SchemeSettings.of(secrets(secret), null, clock))
                .verify(Headers.of(headers), bytes(body));
    }
}
