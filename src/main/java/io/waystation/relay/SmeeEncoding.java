package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        Event event = positioned.event();
        JsonLine line = new JsonLine(JsonLine.Escapes.JAVASCRIPT, event.body().length + 1024);
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
        object(line, FormFields.parse(event.query()));
        return line.raw(",\"timestamp\":" + event.time().toEpochMilli() + "}\n\n").toBytes();
    }

    private static boolean travels(String name) {
        return !ConnectionHeaders.contains(name) && !name.equals("body") && !name.equals("query")
                && !name.equals("timestamp");
    }

    private static void body(JsonLine line, Event event) {
        String type = event.contentType().orElse("").toLowerCase(Locale.ROOT);
        if (event.body().length == 0) {
            line.raw("{}");
        } else if (type.startsWith("application/x-www-form-urlencoded")) {
            object(line, FormFields.parse(new String(event.body(), StandardCharsets.UTF_8)));
        } else {
            String text = JsonText.withoutByteOrderMark(new String(event.body(), StandardCharsets.UTF_8));
            boolean declared = type.startsWith("application/json") || type.contains("+json");
            if ((declared || JsonText.looksLikeContainer(text)) && JsonText.isValid(text)) {
                line.raw(JsonText.minify(text));
            } else {
                line.string(text);
            }
        }
    }

    private static void object(JsonLine line, Map<String, List<String>> fields) {
        line.raw("{");
        boolean first = true;
        for (Map.Entry<String, List<String>> field : fields.entrySet()) {
            line.raw(first ? "" : ",").string(field.getKey()).raw(":");
            List<String> values = field.getValue();
            if (values.size() == 1) {
                line.string(values.get(0));
            } else {
                for (int i = 0; i < values.size(); i++) {
                    line.raw(i == 0 ? "[" : ",").string(values.get(i));
                }
                line.raw("]");
            }
            first = false;
        }
        line.raw("}");
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
