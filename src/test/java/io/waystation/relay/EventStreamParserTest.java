package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of the web platform tests for event streams, whole, byte by byte and in every two pieces. */
class EventStreamParserTest {

    /** Name, stream (ISO 8859-1 stands for bytes), expected "name|data|id" in turn. */
    static Stream<Arguments> conformanceCases() {
        String bom = utf8("\uFEFF");
        return Stream.of(
                of("bom", bom + "data:1\n\n" + bom + "data:2\n\ndata:3\n\n", "message|1|", "message|3|"),
                of("two boms", bom + bom + "data:1\n\ndata:2\n\ndata:3\n\n", "message|2|", "message|3|"),
                of("broken bom", "\u00EF\u00BBdata:1\n\ndata:2\n\n", "message|2|"),
                of("bom byte twice", "\u00EF\u00EF\u00BB\u00BFdata:1\n\ndata:2\n\n", "message|2|"),
                of("comments", "data:1\r:\0\n:\r\ndata:2\n:" + "x".repeat(2100) + "\rdata:3\n:data:fail\r:" + "y".repeat(3000)
                        + "\ndata:4\n\n", "message|1\n2\n3\n4|"),
                of("data before final empty line", "retry:1000\ndata:test1\n\nid:test\ndata:test2", "message|test1|"),
                of("field data", "data:\n\ndata\ndata\n\ndata:test\n\n", "message||", "message|\n|", "message|test|"),
                of("field event", "event:test\ndata:x\n\ndata:x\n\n", "test|x|", "message|x|"),
                of("empty event", "event: \ndata:data\n\n", "message|data|"),
                of("event without data is dropped", "event:gone\n\ndata:x\n\n", "message|x|"),
                of("id", "id: 1\ndata: a\n\ndata: b\n\n", "message|a|1", "message|b|1"),
                of("empty id resets", "id: 1\ndata: a\n\nid\ndata: b\n\n", "message|a|1", "message|b|"),
                of("id of UTF-8", utf8("id: \u2026\ndata: a\n\n"), "message|a|\u2026"),
                of("id with NUL is ignored", "id:1\ndata:a\n\nid:2\0\ndata:b\n\nid:\0 3\ndata:c\n\n",
                        "message|a|1", "message|b|1", "message|c|1"),
                of("id without data still counts", "id:7\n\ndata:x\n\n", "message|x|7"),
                of("field parsing", "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n "
                        + "data:32\ndata:4\n\n", "message|\0\n 2\n1\n3\n\n4|"),
                of("unknown field", "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\n\n", "message|test\n|"),
                of("leading space", "data:\ttest\rdata: \ndata:test\n\n", "message|\ttest\n\ntest|"),
                of("newlines", "data:test\r\ndata\ndata:test\r\n\r", "message|test\n\ntest|"),
                of("CR CR ends a message", "data:a\r\rdata:b\r\r", "message|a|", "message|b|"),
                of("CRLF once", "data:a\r\n\r\ndata:b\r\n\r\n", "message|a|", "message|b|"),
                of("LF CR is two ends", "data:a\n\rdata:b\n\n", "message|a|", "message|b|"),
                of("NUL in data", "data:\0\n\n\n\n\n", "message|\0|"),
                of("UTF-8", utf8("data:ok\u2026\ud83d\ude00\n\n"), "message|ok\u2026\ud83d\ude00|"),
                of("not UTF-8", "data:a\u00FFb\n\n", "message|a\uFFFDb|"),
                of("a field name of more than data", "datax:1\ndat:2\nevents:3\n\ndata:y\n\n", "message|y|"),
                of("empty stream", ""));
    }

    private static Arguments of(String name, String stream, String... expected) {
        return Arguments.of(name, stream, List.of(expected));
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conformanceCases")
    void readsTheStreamAsTheStandardSaysHoweverItIsCut(String name, String stream, List<String> expected) {
        byte[] bytes = stream.getBytes(StandardCharsets.ISO_8859_1);

        assertThat(parse(bytes, bytes.length)).as("whole").isEqualTo(expected);
        assertThat(parse(bytes, 1)).as("byte by byte").isEqualTo(expected);
        for (int cut = 1; cut < Math.min(bytes.length, 700); cut++) {
            Recorder recorder = new Recorder();
            EventStreamParser parser = new EventStreamParser(1 << 20, recorder);
            parser.feed(ByteBuffer.wrap(bytes, 0, cut));
            parser.feed(ByteBuffer.wrap(bytes, cut, bytes.length - cut).asReadOnlyBuffer());
            assertThat(recorder.messages).as("cut at %d", cut).isEqualTo(expected);
        }
    }

    @Test
    void takesARetryOfDigitsOnly() {
        Recorder recorder = new Recorder();
        EventStreamParser parser = new EventStreamParser(1 << 20, recorder);

        parser.feed(bytes("retry:3000\nretry: 250\nretry:1000x\nretry\nretry:-5\nretry: 1 0\nretry:" + "9".repeat(40) + "\n"));

        assertThat(recorder.retries).containsExactly(Duration.ofSeconds(3), Duration.ofMillis(250));
    }

    @Test
    void doesNotCountTheIdOfAnUnfinishedMessage() {
        EventStreamParser parser = new EventStreamParser(1 << 20, new Recorder());

        parser.feed(bytes("id:1\ndata:a\n\nid:2\ndata:b\n"));

        assertThat(parser.lastEventId()).isEqualTo("1");
    }

    @Test
    void dispatchesAMessageOverTheLimitWithoutItsDataAndGoesOn() {
        for (String tooLarge : List.of("data:" + "x".repeat(150), "data:" + "x".repeat(60) + "\ndata:" + "x".repeat(60),
                "junk:" + "x".repeat(150) + "\ndata:y")) {
            for (int chunk : new int[] {1, 7, 4096}) {
                Recorder recorder = new Recorder();
                EventStreamParser parser = new EventStreamParser(100, recorder);
                byte[] stream = ("id:1\n" + tooLarge + "\ndata:more\n\nid:2\ndata:" + "y".repeat(100) + "\n\n")
                        .getBytes(StandardCharsets.US_ASCII);

                feed(parser, stream, chunk);

                assertThat(recorder.messages).containsExactly("message||1 oversized", "message|" + "y".repeat(100) + "|2");
            }
        }
    }

    @Test
    void keepsNoMemoryForAnEndlessComment() {
        Recorder recorder = new Recorder();
        EventStreamParser parser = new EventStreamParser(100, recorder);

        parser.feed(bytes(":"));
        for (int i = 0; i < 1000; i++) {
            parser.feed(bytes("z".repeat(1000)));
        }
        parser.feed(bytes("\ndata:after\n\n"));

        assertThat(recorder.messages).containsExactly("message|after|");
    }

    @Test
    void givesALargeBodyBackByteForByte() {
        byte[] line = new byte[26 << 20];
        java.util.Arrays.fill(line, (byte) 'A');
        List<StreamMessage> messages = new ArrayList<>();
        EventStreamParser parser = new EventStreamParser(EventStreamParser.DEFAULT_MAX_BYTES, new Recorder() {
            @Override
            public void message(StreamMessage message) {
                messages.add(message);
            }
        });

        parser.feed(bytes("data: "));
        feed(parser, line, 16 << 10);
        parser.feed(bytes("\n\n"));

        assertThat(messages).singleElement().satisfies(message -> assertThat(message.data()).isEqualTo(line));
    }

    private static List<String> parse(byte[] stream, int chunk) {
        Recorder recorder = new Recorder();
        feed(new EventStreamParser(1 << 20, recorder), stream, chunk);
        return recorder.messages;
    }

    private static void feed(EventStreamParser parser, byte[] stream, int chunk) {
        for (int at = 0; at < stream.length; at += chunk) {
            parser.feed(ByteBuffer.wrap(stream, at, Math.min(chunk, stream.length - at)));
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static class Recorder implements EventStreamParser.Listener {
        private final List<String> messages = new ArrayList<>();
        private final List<Duration> retries = new ArrayList<>();

        @Override
        public void message(StreamMessage message) {
            messages.add(message.name() + "|" + message.text() + "|" + message.lastEventId()
                    + (message.oversized() ? " oversized" : ""));
        }

        @Override
        public void retry(Duration delay) {
            retries.add(delay);
        }
    }
}
