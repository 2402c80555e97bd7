package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

import org.apache.commons.codec.digest.DigestUtils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.settings.Secret;

class DownloadTest {
    private static final int SIZE = 300_000;
    private static final Download.Limits LIMITS =
            new Download.Limits(3, Duration.ofMillis(2), Duration.ofMillis(500), Duration.ofSeconds(20), true);

    private final byte[] content = new byte[SIZE];
    private final Download download = new Download(LIMITS, Optional.of(Secret.of("t0ken")));
    private String digest;
    private AssetServer server;
    private Path target;
    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(content);
        digest = DigestUtils.sha256Hex(content);
        server = new AssetServer(content);
        target = folder.resolve("staging/nats.tar.gz");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void fetchesAFileOnceAndNotAgainWhenItIsThere() {
        fetch();
        fetch();

        assertThat(target).hasBinaryContent(content);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void goesOnWhereAConnectionEndedEvenInALaterProcess() {
        server.next((fake, exchange) -> AssetServer.cut(100_000, false).answer(fake, exchange), AssetServer.status(404));
        refused("asset-missing", this::fetch);
        fetch();

        assertThat(target).hasBinaryContent(content);
        assertThat(server.requests()).last().asString().startsWith("/file bytes=100000-");
        assertThat(target.resolveSibling("nats.tar.gz.part")).doesNotExist();
    }

    @Test
    void triesAgainAfterServerErrorsAndSilenceButNotForEver() {
        server.next(AssetServer.status(502), AssetServer.status(503, "Retry-After", "0"));
        fetch();
        assertThat(target).hasBinaryContent(content);

        target = folder.resolve("other");
        server.next(AssetServer.cut(50_000, true), AssetServer.status(500), AssetServer.status(500), AssetServer.status(500));
        refused("download-failed", this::fetch);
        assertThat(server.requests()).hasSize(7);
        fetch();
        assertThat(target).as("silence was ended, what had come was kept").hasBinaryContent(content);
        assertThat(server.requests()).last().asString().startsWith("/file bytes=50000-");
    }

    @Test
    void givesUpWhenItShouldWaitLongerThanItMay() {
        server.next(AssetServer.status(429, "Retry-After", "3600"));

        refused("download-failed", this::fetch);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void refusesAWrongSizeBeforeReadingAndAWrongDigestAfterwards() {
        server.serve(Arrays.copyOf(content, SIZE - 1));
        refused("wrong-size", this::fetch);
        byte[] other = content.clone();
        other[7] ^= 1;
        server.serve(other);
        refused("wrong-digest", this::fetch);
        assertThat(target).doesNotExist();
        server.serve(content);
        fetch();
        assertThat(target).hasBinaryContent(content);
    }

    @Test
    void beginsAgainWhenWhatCameBeforeWasOfAnotherFile() throws IOException {
        Files.createDirectories(target.getParent());
        Files.write(target.resolveSibling("nats.tar.gz.part"), new byte[1_000]);

        fetch();

        assertThat(target).hasBinaryContent(content);
    }

    @Test
    void carriesItsTokenToNoOtherServerAndGoesNowhereStrange() throws IOException {
        try (AssetServer elsewhere = new AssetServer(content)) {
            server.next(AssetServer.status(302, "Location", elsewhere.address("/signed").toString()));
            fetch();
            assertThat(server.requests()).containsExactly("/file null Bearer t0ken");
            assertThat(elsewhere.requests()).containsExactly("/signed null null");
        }
        target = folder.resolve("other");
        server.next(AssetServer.status(302, "Location", "file:///etc/passwd"));
        refused("address-refused", this::fetch);
        refused("address-refused", () -> new Download(Download.Limits.USUAL, Optional.empty())
                .fetch(URI.create("http://example.com/x"), target, SIZE, digest));
    }

    @Test
    void saysWhenThereIsNoRoom() {
        refused("no-space", () -> download.fetch(server.address("/file"), target, Long.MAX_VALUE / 2, digest));
        assertThat(server.requests()).isEmpty();
    }

    private void fetch() {
        download.fetch(server.address("/file"), target, SIZE, digest);
    }

    private static void refused(String code, ThrowingCallable body) {
        assertThatThrownBy(body).isInstanceOfSatisfying(ChangeException.class,
                refused -> assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code));
    }
}
