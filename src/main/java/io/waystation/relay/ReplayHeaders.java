package io.waystation.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import io.waystation.event.Headers;
import io.waystation.event.Headers.Header;

/** Which headers a caller may give an event that it sends again: those that say what it is, and no others. */
final class ReplayHeaders {
    private static final Pattern DESCRIBES = Pattern.compile("content-type|user-agent|x-[a-z0-9-]{1,100}");
    private static final Pattern CREDENTIAL = Pattern.compile(".*(token|secret|auth|api-?key|forwarded|real-ip).*");

    private ReplayHeaders() {
    }

    static Headers of(Headers received) {
        return Headers.of(received.entries().stream().filter(header -> travels(header.name())).toList());
    }

    /** Headers of an event as the smee encoding shows it: every field that is text. */
    static Headers of(JsonNode event) {
        List<Header> headers = new ArrayList<>();
        event.fields().forEachRemaining(field -> {
            Header header = new Header(field.getKey(), field.getValue().asText());
            if (field.getValue().isTextual() && travels(header.name()) && isOneLine(header.value())) {
                headers.add(header);
            }
        });
        return Headers.of(headers);
    }

    private static boolean travels(String name) {
        return DESCRIBES.matcher(name).matches() && !CREDENTIAL.matcher(name).matches();
    }

    private static boolean isOneLine(String value) {
        return value.chars().noneMatch(c -> c < ' ' && c != '\t' || c == 0x7f);
    }
}
