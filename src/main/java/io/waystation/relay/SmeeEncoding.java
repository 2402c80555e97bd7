package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.waystation.event.ConnectionHeaders;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * The stream smee clients read: data is one JSON object of headers, then {@code body}, {@code query} and
 * {@code timestamp}, and nothing else, because smee-client sends every other key as a header.
 *
 * <p>A JSON body stands in it as it was sent, less white space: numbers keep every digit.
 *
 * @see <a href="https://github.com/probot/smee.io">smee.io</a>
 */
final class SmeeEncoding implements StreamEncoding {
    /** Bytes of a body from which on it is measured first. */
    private static final int LARGE = 256 << 10;

    /** Fields of a large form: each takes many times the memory of its few bytes, here and in the client. Express takes 1,000. */
    private static final int MOST_FIELDS = 50_000;

    /** Without id: an id here would move the client's position. */
    private static final byte[] HEARTBEAT = "event: ping\ndata: {}\n\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public int slot() {
        return 1;
    }

    @Override
    public String label() {
        return "smee";
    }

    /** The id makes a client that reconnects before its first event resume from here. */
    @Override
    public byte[] opening(Position after) {
        return (RETRY + "id: " + after + "\nevent: ready\ndata: {}\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] event(PositionedEvent positioned) {
        return event(positioned, Integer.MAX_VALUE).orElseThrow();
    }

    /** A large one is measured before there is memory for it: what a sender made of control characters is six times as long here. */
    @Override
    public Optional<byte[]> event(PositionedEvent positioned, long longest) {
        Event event = positioned.event();
        int expected = event.body().length + 1024;
        if (event.body().length >= LARGE) {
            if (isForm(event) && FormFields.count(event.body()) > MOST_FIELDS) {
                return Optional.empty();
            }
            JsonLine measured = JsonLine.counting(JsonLine.Escapes.JAVASCRIPT);
            write(positioned, measured);
            if (measured.length() > longest) {
                return Optional.empty();
            }
            expected = (int) measured.length();
        }
        JsonLine line = new JsonLine(JsonLine.Escapes.JAVASCRIPT, expected);
        write(positioned, line);
        return Optional.of(line.toBytes());
    }

    /** A large one is held with what its form is decoded into, and its frame twice, each up to six times as long. */
    @Override
    public long memory(Event event) {
        return event.body().length < LARGE ? StreamEncoding.super.memory(event) : event.weight() * 14;
    }

    private static void write(PositionedEvent positioned, JsonLine line) {
        Event event = positioned.event();
        line.raw("id: " + positioned.position() + "\ndata: {");
        for (Map.Entry<String, List<String>> header : event.headers().toMap().entrySet()) {
            if (travels(header.getKey())) {
                String separator = header.getKey().equals("cookie") ? "; " : ", ";
                line.string(header.getKey()).raw(":").string(String.join(separator, header.getValue())).raw(",");
            }
        }
        line.raw("\"body\":");
        body(line, event);
        line.raw(",\"query\":");
        FormFields.parse(event.query() == null ? new byte[0] : event.query().getBytes(StandardCharsets.UTF_8)).write(line);
        line.raw(",\"timestamp\":" + event.time().toEpochMilli() + "}\n\n");
    }

    private static boolean travels(String name) {
        return !ConnectionHeaders.contains(name) && !name.equals("body") && !name.equals("query")
                && !name.equals("timestamp");
    }

    private static String type(Event event) {
        return event.contentType().orElse("").toLowerCase(Locale.ROOT);
    }

    private static boolean isForm(Event event) {
        return type(event).startsWith("application/x-www-form-urlencoded");
    }

    private static void body(JsonLine line, Event event) {
        byte[] body = event.body();
        if (body.length == 0) {
            line.raw("{}");
        } else if (isForm(event)) {
            FormFields.parse(body).write(line);
        } else {
            int from = JsonText.behindByteOrderMark(body);
            String type = type(event);
            boolean declared = type.startsWith("application/json") || type.contains("+json");
            if ((declared || JsonText.looksLikeContainer(body, from)) && JsonText.isValid(body, from)) {
                JsonText.minify(body, from, line);
            } else {
                line.string(body, from, body.length);
            }
        }
    }

    @Override
    public byte[] gap(StreamGap gap) {
        return gap.comment().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] heartbeat() {
        return HEARTBEAT.clone();
    }
}
