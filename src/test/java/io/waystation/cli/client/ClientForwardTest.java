package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the client sends to its target, and how often. */
class ClientForwardTest extends ClientScene {
    @Test
    void sendsMethodQueryEveryHeaderValueAndTheExactBody() throws Exception {
        RecordingTarget target = target(200);
        byte[] body = {0, 13, 10, (byte) 0xff, '{'};
        channel.publish(new Event("0192-id", "c", "/s", "com.github.push", null, Instant.now(), "k", "none", null, null, "PUT",
                "/c", "a=1&b=%20x y", Headers.of("x-multi", "one", "x-multi", "two", "content-type", "application/x-odd",
                "host", "evil.example", "transfer-encoding", "chunked", "connection", "close", "content-length", "99",
                "user-agent", "GitHub-Hookshot/1", "camelhttpuri", "http://evil.example", "idempotency-key", "forged",
                "bad name", "x", "x-bad-value", "a\r\nInjected: yes"), body));

        start("target", target.address("/hook?own=1").toString(), "header", "X-Extra: here");

        await().until(() -> target.received().size() == 1);
        RecordingTarget.Received request = target.received().get(0);
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.uri().toString()).isEqualTo("/hook?own=1&a=1&b=%20x%20y");
        assertThat(request.body()).isEqualTo(body);
        assertThat(request.headers().get("X-multi")).containsExactlyInAnyOrder("one", "two");
        assertThat(request.header("Content-type")).isEqualTo("application/x-odd");
        assertThat(request.header("User-agent")).isEqualTo("GitHub-Hookshot/1");
        assertThat(request.header("Idempotency-key")).isEqualTo("0192-id");
        assertThat(request.header("X-extra")).isEqualTo("here");
        assertThat(request.header("Host")).startsWith("127.0.0.1");
        assertThat(request.headers()).doesNotContainKeys("Camelhttpuri", "Injected", "X-bad-value", "Transfer-encoding");
    }

    @Test
    void triesATargetThatIsDownAsOftenAsAskedAndThenGoesOn() throws Exception {
        RecordingTarget target = target(request -> request.text().equals("one") ? 503 : 200);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");

        start("target", target.address("/").toString(), "retries", "3");

        await().until(() -> target.bodies().equals(List.of("one", "one", "one", "one", "two")));
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 1);
        assertThat(Files.readString(folder.resolve("data/dead-letters").resolve(all(letters).get(0).id() + ".json")))
                .contains("\"attempts\":4");
    }

    @Test
    void givesUpAnAttemptAtTheTimeLimit() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        open.add(() -> over.set(true));
        RecordingTarget target = target(request -> {
            if (request.text().equals("slow")) {
                await().untilTrue(over);
            }
            return 200;
        });
        channel.publish(1, "a", "slow");
        channel.publish(2, "a", "fast");

        start("target", target.address("/").toString(), "timeout", "2s", "retries", "0");

        await().until(() -> target.bodies().contains("fast"));
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        assertThat(all(letters)).singleElement().satisfies(letter -> assertThat(letter.reason()).contains("within 2000 ms"));
    }

    @Test
    void passesOverEventsNobodyWants() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(ChannelStandIn.event("1", "k", "com.github.push", bytes("push"), "x-github-event", "push"));
        channel.publish(ChannelStandIn.event("2", "k", "com.github.release.published", bytes("release"), "x-github-event", "release"));
        channel.publish(ChannelStandIn.event("3", "k", "com.github.issues.opened", bytes("issues"), "x-github-event", "issues"));
        channel.publish(ChannelStandIn.event("4", "k", "com.gitlab.push", bytes("gitlab"), "x-gitlab-event", "Push Hook"));

        start("target", target.address("/").toString(), "only-event", "PUSH,com.github.*,push_hook", "ignore-event", "issues");

        await().until(() -> target.received().size() == 3);
        assertThat(target.bodies()).containsExactly("push", "release", "gitlab");
    }

    @Test
    void sendsAnEventWithAnIdThatNoHeaderCanHold() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(ChannelStandIn.event("id \u2603\n1", "k", "com.github.push", bytes("odd")));

        start("target", target.address("/").toString());

        await().until(() -> target.received().size() == 1);
        assertThat(target.received().get(0).header("Idempotency-key")).isEqualTo("id___1");
    }

    @Test
    void saysWhatGoesWhereAndWhatBecameOfEachEventAndNoSecret() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger ours = (Logger) LoggerFactory.getLogger("io.waystation");
        log.start();
        ours.addAppender(log);
        open.add(() -> ours.detachAppender(log));
        AtomicBoolean down = new AtomicBoolean(true);
        RecordingTarget target = target(request -> down.getAndSet(false) ? 503 : 201);
        channel.publish(ChannelStandIn.event("one\nINFO forged", "k", "com.github.push", bytes("one")));
        String hook = target.address("/hook").toString();

        start("target", hook.replace("127.0.0.1", "me:s3cret@127.0.0.1") + "?key=s3cret", "token", "s3cret", "query", "key=s3cret");

        await().until(() -> lines(log).anyMatch(line -> line.contains("answered 201")));
        assertThat(lines(log)).contains("events of " + channel.address() + " go to " + hook + "; the position is kept in "
                + folder.resolve("data/position") + ", dead letters in " + folder.resolve("data"),
                "following " + channel.address() + " (dialect waystation)", "com.github.push one_INFO_forged: the target answered 503",
                "com.github.push one_INFO_forged: the target answered 201");
        assertThat(lines(log)).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void sendsUserAndPasswordOfAnAddressUnlessAHeaderNamesOthers() throws Exception {
        RecordingTarget target = target(200);
        String address = target.address("/").toString().replace("//", "//ci:t%3Aok%40n@");
        String stream = channel.address().toString().replace("//", "//reader@");
        channel.publish(ChannelStandIn.event("1", "k", "com.github.push", bytes("one"), "authorization", "of the sender"));

        Main first = start("url", stream, "target", address);
        await().until(() -> target.received().size() == 1);
        first.stop();
        assertThat(target.received().get(0).headers().get("Authorization")).containsExactly("Basic Y2k6dDpva0Bu");
        assertThat(channel.requests()).isNotEmpty().allSatisfy(request ->
                assertThat(request.header("authorization")).isEqualTo("Basic cmVhZGVyOg=="));

        int before = channel.requests().size();
        channel.publish(2, "k", "two");
        start("url", stream, "target", address, "header", "authorization: Bearer own", "token", "t");
        await().until(() -> target.received().size() == 2);
        assertThat(target.received().get(1).headers().get("Authorization")).containsExactly("Bearer own");
        assertThat(channel.requests().get(before).header("authorization")).isEqualTo("Bearer t");
    }

    @Test
    void showsNoUserOrPasswordOfAStreamThatIsRefused() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        open.add(() -> root.detachAppender(log));
        RecordingTarget none = target(404);

        start("url", none.address("/c").toString().replace("//", "//ci:s3cret@"), "target", "http://127.0.0.1:1/");

        await().until(() -> lines(log).anyMatch(line -> line.contains("does not exist (404)")));
        assertThat(lines(log)).noneMatch(line -> line.contains("s3cret"));
    }

    private static Stream<String> lines(ListAppender<ILoggingEvent> log) {
        return Stream.of(log.list.toArray(ILoggingEvent[]::new)).map(ILoggingEvent::getFormattedMessage);
    }

    @Test
    void refusesAtTheStartAHeaderThatCannotBeSent() {
        assertThatThrownBy(() -> start("target", "http://127.0.0.1:1/", "header", "Host: elsewhere"))
                .hasStackTraceContaining("waystation.client.header cannot be sent");
    }
}
