package io.waystation.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.waystation.cli.WebhookSigner.Provider;

/** Signatures as the providers publish them. */
class WebhookSignerTest {
    private static Map<String, String> sign(Provider provider, String secret, String id, long seconds, String body) {
        return new WebhookSigner(provider, secret).headers("push", id, Instant.ofEpochSecond(seconds), body.getBytes(UTF_8));
    }

    @Test
    void signsAsGitHubDocuments() {
        assertThat(sign(Provider.GITHUB, "It's a Secret to Everybody", "1", 0, "Hello, World!"))
                .containsEntry("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
                .containsEntry("X-GitHub-Event", "push")
                .containsEntry("X-GitHub-Delivery", "1");
    }

    @Test
    void signsAsAtlassianDocuments() {
        assertThat(sign(Provider.BITBUCKET, "It's a Secret to Everybody", "1", 0, "Hello World!"))
                .containsEntry("X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9");
    }

    @Test
    void signsAsStandardWebhooksDocuments() {
        assertThat(sign(Provider.STANDARD_WEBHOOKS, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .containsEntry("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void signsAsStandardWebhooksDocumentsWithAPrivateKey() {
        String key = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        assertThat(sign(Provider.STANDARD_WEBHOOKS, key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .containsEntry("webhook-signature",
                        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==");
    }

    @Test
    void saysThatAPublicKeyCannotSign() {
        assertThatThrownBy(() -> sign(Provider.STANDARD_WEBHOOKS, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "1", 0, "{}"))
                .isInstanceOf(CommandFailure.class).hasMessageContaining("public key");
    }

    @Test
    void leavesTheSignatureOutWithoutASecret() {
        assertThat(sign(Provider.GITHUB, null, "1", 0, "{}")).doesNotContainKey("X-Hub-Signature-256");
    }
}
