package io.waystation.cli.client;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.event.Event;

/** File names made of an event: time, type and id, of characters that are safe everywhere. */
final class SafeName {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);
    private static final int LONGEST_PART = 64;
    private static final int DIGEST_DIGITS = 24;

    private SafeName() {
    }

    /** A name that no other event has, and that the same event always gets. */
    static String of(Event event) {
        Instant time = event.time();
        String when = time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))
                ? "notime" : TIME.format(time);
        return when + "-" + safe(event.type()) + "-" + unique(event.id());
    }

    /** The id itself when it is safe, else what is safe of it and a digest, so that two ids never meet. */
    static String unique(String id) {
        String safe = safe(id);
        return safe.equals(id) ? id : safe.substring(0, Math.min(safe.length(), 20)) + "-" + digest(id);
    }

    private static String safe(String text) {
        String safe = text.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("\\.{2,}", "_").replaceAll("^[.-]+", "_");
        return safe.isEmpty() ? "_" : safe.substring(0, Math.min(safe.length(), LONGEST_PART));
    }

    private static String digest(String text) {
        return DigestUtils.sha256Hex(text).substring(0, DIGEST_DIGITS);
    }
}
