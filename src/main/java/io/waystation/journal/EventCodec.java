package io.waystation.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.waystation.event.Event;
import io.waystation.event.Headers;

/**
 * Binary form of an event inside a batch. The channel is the batch's, times are relative to the batch's.
 *
 * <p>The layout never changes under one {@link #FORMAT}: a new layout gets a new number and the old stays
 * readable.
 */
final class EventCodec {
    /** Zstandard over the events one after another, each as {@link #encode} writes it. */
    static final int FORMAT = 1;

    private EventCodec() {
    }

    static void encode(Event event, long batchMillis, ByteOutput out) {
        out.putText(event.id());
        out.putText(event.source());
        out.putText(event.type());
        out.putText(event.subject());
        out.putSigned(event.time().getEpochSecond() - batchMillis / 1_000);
        out.putVarint(event.time().getNano());
        out.putText(event.key());
        out.putText(event.verified());
        out.putText(event.deliveryId());
        out.putText(event.replayOf());
        out.putText(event.method());
        out.putText(event.path());
        out.putText(event.query());
        List<Headers.Header> headers = event.headers().entries();
        out.putVarint(headers.size());
        for (Headers.Header header : headers) {
            out.putText(header.name());
            out.putText(header.value());
        }
        out.putBlock(event.body());
    }

    static Event decode(String channel, long batchMillis, ByteInput in) {
        String id = in.text();
        String source = in.text();
        String type = in.text();
        String subject = in.text();
        long seconds = in.signed() + batchMillis / 1_000;
        Instant time = Instant.ofEpochSecond(seconds, in.varint());
        String key = in.text();
        String verified = in.text();
        String deliveryId = in.text();
        String replayOf = in.text();
        String method = in.text();
        String path = in.text();
        String query = in.text();
        int count = in.length();
        List<Headers.Header> headers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            headers.add(new Headers.Header(in.text(), in.text()));
        }
        return new Event(id, channel, source, type, subject, time, key, verified, deliveryId, replayOf, method, path,
                query, Headers.of(headers), in.block());
    }
}
