package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.waystation.SmallDisk;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What becomes of events that the target does not take. */
class ClientDeadLettersTest extends ClientScene {
    @Test
    void keepsWhatATargetRefusesAsADeadLetterAndSendsItAgainWhenAsked() throws Exception {
        Set<String> refused = ConcurrentHashMap.newKeySet();
        refused.add("one");
        RecordingTarget target = target(request -> refused.contains(request.text()) ? 422 : 200);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");

        start("target", target.address("/").toString());

        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> target.bodies().equals(List.of("one", "two")));
        await().until(() -> letters.count() == 1);
        DeadLetters.DeadLetter letter = all(letters).get(0);
        assertThat(letter.step()).isEqualTo("forward");
        assertThat(letter.reason()).isEqualTo("the target answered 422");
        refused.clear();
        assertThat(letters.clientRuns()).isTrue();
        assertThat(letters.replay("event-1")).isEqualTo(1);

        await().until(() -> target.received().size() == 3);
        assertThat(target.bodies()).containsExactly("one", "two", "one");
        assertThat(target.received().get(2).header("Idempotency-key")).isEqualTo("event-1");
        await().untilAsserted(() -> assertThat(folder.resolve("data/replay")).isEmptyDirectory());
        assertThat(letters.count()).isZero();
    }

    @Test
    void keepsTheLargestEventAHubTakesAndSendsItAgain() throws Exception {
        byte[] largest = new byte[25 << 20];
        Arrays.fill(largest, (byte) 0xfe);
        AtomicInteger status = new AtomicInteger(422);
        RecordingTarget target = target(request -> request.body().length == largest.length ? status.get() : 200);
        channel.publish(ChannelStandIn.event("large", "a", "com.github.push", largest));
        channel.publish(2, "a", "two");

        start("target", target.address("/").toString());

        await().until(() -> target.bodies().contains("two"));
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        assertThat(all(letters)).singleElement().satisfies(letter -> assertThat(letter.event().body()).isEqualTo(largest));
        status.set(200);
        assertThat(letters.replay("large")).isEqualTo(1);

        await().until(() -> target.received().size() == 3);
        assertThat(target.received().get(2).body()).isEqualTo(largest);
        await().untilAsserted(() -> assertThat(folder.resolve("data/replay")).isEmptyDirectory());
        assertThat(letters.count()).isZero();
    }

    @Test
    void keepsLettersForStepsItDoesNotTakeAndFilesThatAreNone() throws Exception {
        RecordingTarget target = target(422);
        channel.publish(1, "a", "one");
        Main first = start("target", target.address("/").toString());
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 1);
        first.stop();
        assertThat(letters.replayAll()).isEqualTo(1);
        Files.writeString(folder.resolve("data/replay/odd.json"), "{\"step\":\"forward\",");

        start("target", "", "save-dir", folder.resolve("saved").toString());

        await().untilAsserted(() -> assertThat(folder.resolve("data/replay")).isEmptyDirectory());
        assertThat(all(letters)).singleElement().satisfies(letter -> assertThat(letter.step()).isEqualTo("forward"));
        assertThat(folder.resolve("data/unreadable/odd.json")).hasContent("{\"step\":\"forward\",");
    }

    @Test
    void listsAndReplaysLettersBesideADamagedOne() throws Exception {
        RecordingTarget target = target(422);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");
        Main first = start("target", target.address("/").toString());
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 2);
        first.stop();
        assertThat(letters.clientRuns()).isFalse();
        Files.writeString(folder.resolve("data/dead-letters/0-damaged.json"), "{}");

        assertThat(all(letters)).extracting(letter -> letter.event().id()).containsExactly("event-1", "event-2");
        assertThat(letters.replay("event-2")).isEqualTo(1);
        assertThat(all(letters)).extracting(letter -> letter.event().id()).containsExactly("event-1");
        assertThat(Files.getPosixFilePermissions(folder.resolve("data"))).as("whole requests are in there")
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void letsNobodyElseReadALetterInAFolderThatOthersMayRead() throws Exception {
        Files.createDirectory(folder.resolve("data"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        channel.publish(1, "a", "one");

        start("target", target(422).address("/").toString());

        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 1);
        assertThat(folder.resolve("data/dead-letters")).isDirectoryContaining(file -> file.toString().endsWith(".json"))
                .isDirectoryNotContaining(file -> !isOwnerOnly(file));
    }

    private static boolean isOwnerOnly(Path file) {
        try {
            return Files.getPosixFilePermissions(file).equals(PosixFilePermissions.fromString("rw-------"));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Test
    void takesNoOtherStepWhileADiskHasNoRoomForWhatIsSavedNorForALetter() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        open.add(() -> root.detachAppender(log));
        try (SmallDisk disk = SmallDisk.in(folder, "2m")) {
            RecordingTarget target = target(200);
            Path saved = Files.createDirectories(disk.root().resolve("saved"));
            Path data = Files.createDirectories(disk.root().resolve("data"));
            Path filling = disk.fill("filling");
            channel.publish(1, "a", "one");

            Main client = start("target", target.address("/").toString(), "save-dir", saved.toString(), "data", data.toString());
            await().until(() -> Stream.of(log.list.toArray(ILoggingEvent[]::new))
                    .filter(line -> line.getFormattedMessage().contains("event event-1 failed and is given to the route again")).count() > 1);
            assertThat(target.received()).isEmpty();
            Files.delete(filling);

            await().until(() -> target.bodies().equals(List.of("one")));
            assertThat(names(saved, ".body")).hasSize(1);
            assertThat(DeadLetters.of(data).count()).isZero();
            client.stop();
        }
    }

    @Test
    void takesAStepOnceAlthoughOldLettersCannotBeDeleted() throws Exception {
        Path loop = Files.createDirectories(folder.resolve("data/dead-letters")).resolve("loop.json");
        Files.createSymbolicLink(loop, loop);
        RecordingTarget target = target(422);
        channel.publish(1, "a", "one");

        start("target", target.address("/").toString());

        await().untilAsserted(() -> assertThat(folder.resolve("data/position")).hasContent("10-1"));
        assertThat(target.bodies()).containsExactly("one");
    }
}
