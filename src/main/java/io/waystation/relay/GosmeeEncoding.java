package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

import io.waystation.event.ConnectionHeaders;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * The stream gosmee clients read: unnamed events whose data is one flat JSON object of header values, sorted,
 * with the exact body as {@code bodyB}.
 *
 * @see <a href="https://github.com/chmouel/gosmee">gosmee</a>
 */
final class GosmeeEncoding implements StreamEncoding {
    private static final byte[] HEARTBEAT = ": keepalive\n\n".getBytes(StandardCharsets.US_ASCII);

    /** The same first bytes for everybody: neither frame has an id, or old clients would send it back. */
    private static final byte[] OPENING = (RETRY + "data: {\"message\":\"connected\"}\n\n"
            + "data: {\"message\":\"ready\"}\n\n").getBytes(StandardCharsets.US_ASCII);

    @Override
    public int slot() {
        return 0;
    }

    @Override
    public String label() {
        return "gosmee";
    }

    @Override
    public byte[] opening(Position after) {
        return OPENING.clone();
    }

    @Override
    public byte[] event(PositionedEvent positioned) {
        Event event = positioned.event();
        byte[] body = Base64.getEncoder().encode(event.body());
        JsonLine line = new JsonLine(JsonLine.Escapes.GO_QUIET, body.length + 1024);
        line.raw("id: " + positioned.position() + "\ndata: {");
        boolean first = true;
        for (Map.Entry<String, String> field : fields(event).entrySet()) {
            line.raw(first ? "" : ",").string(field.getKey()).raw(":");
            if (field.getValue() == null) {
                line.base64(body);
            } else {
                line.string(field.getValue());
            }
            first = false;
        }
        return line.raw("}\n\n").toBytes();
    }

    /** First value of each header, and the two fields gosmee adds; the body's place is marked by null. */
    private static Map<String, String> fields(Event event) {
        Map<String, String> fields = new TreeMap<>();
        for (Headers.Header header : event.headers().entries()) {
            String name = header.name();
            if (!ConnectionHeaders.contains(name) && !name.equals("host") && !name.equals("body")
                    && !name.equals("bodyb")) { // Go strips host; a header must not pass for the body
                fields.putIfAbsent(name, header.value());
            }
        }
        fields.put("timestamp", Long.toString(event.time().toEpochMilli()));
        fields.put("bodyB", null);
        return fields;
    }

    @Override
    public byte[] gap(StreamGap gap) {
        if (!gap.understood()) {
            return gap.comment().getBytes(StandardCharsets.US_ASCII);
        }
        return ("event: gosmee-gap\ndata: {\"error\":\"missed_history\",\"requested_id\":\"" + gap.requested()
                + "\",\"oldest_id\":\"" + gap.oldest() + "\",\"lost\":" + gap.lost() + "}\n\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] heartbeat() {
        return HEARTBEAT.clone();
    }
}
