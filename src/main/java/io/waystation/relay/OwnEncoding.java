package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

import io.waystation.event.ConnectionHeaders;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * Our own stream: data is a CloudEvent in structured JSON with the exact body as {@code data_base64} and the
 * request as it came: {@code method}, {@code path}, {@code query}, and {@code headers} as a list of
 * {@code [name, value]} pairs in the order received. Also {@code position}, {@code channel}, {@code key},
 * {@code verified}, {@code deliveryid}, {@code replayof}; absent attributes are left out.
 *
 * <p>Named events: {@code ready} opens the stream, {@code gap} tells of lost events.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">JSON event format</a>
 */
final class OwnEncoding implements StreamEncoding {
    /** No blank line: a comment alone must not end an event that is under way. */
    private static final byte[] HEARTBEAT = ": waiting\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public int slot() {
        return 2;
    }

    @Override
    public String label() {
        return "own";
    }

    @Override
    public byte[] opening(Position after) {
        return (RETRY + "id: " + after + "\nevent: ready\ndata: {\"position\":\"" + after + "\"}\n\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] event(PositionedEvent positioned) {
        Event event = positioned.event();
        byte[] body = Base64.getEncoder().encode(event.body());
        JsonLine line = new JsonLine(JsonLine.Escapes.JAVASCRIPT, body.length + 1536);
        line.raw("id: " + positioned.position() + "\ndata: {\"specversion\":\"1.0\"");
        attribute(line, "id", event.id());
        attribute(line, "source", event.source());
        attribute(line, "type", event.type());
        attribute(line, "subject", event.subject());
        attribute(line, "time", DateTimeFormatter.ISO_INSTANT.format(event.time()));
        attribute(line, "datacontenttype", event.contentType().orElse(null));
        attribute(line, "position", positioned.position().toString());
        attribute(line, "channel", event.channel());
        attribute(line, "key", event.key());
        attribute(line, "verified", event.verified());
        attribute(line, "deliveryid", event.deliveryId());
        attribute(line, "replayof", event.replayOf());
        attribute(line, "method", event.method());
        attribute(line, "path", event.path());
        attribute(line, "query", event.query());
        line.raw(",\"headers\":[");
        boolean first = true;
        for (Headers.Header header : event.headers().entries()) {
            if (!ConnectionHeaders.contains(header.name())) {
                line.raw(first ? "[" : ",[").string(header.name()).raw(",").string(header.value()).raw("]");
                first = false;
            }
        }
        return line.raw("],\"data_base64\":").base64(body).raw("}\n\n").toBytes();
    }

    private static void attribute(JsonLine line, String name, String value) {
        if (value != null) {
            line.raw(",\"" + name + "\":").string(value);
        }
    }

    @Override
    public byte[] gap(StreamGap gap) {
        return ("event: gap\ndata: {\"lost\":" + gap.lost() + ",\"requested\":\"" + gap.requested()
                + "\",\"oldest\":\"" + gap.oldest() + "\"}\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] heartbeat() {
        return HEARTBEAT.clone();
    }
}
