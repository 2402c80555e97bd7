package io.waystation.cli.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import org.apache.camel.Exchange;

/**
 * Saves events as files: {@code NAME.body} with the exact bytes, {@code NAME.headers.json} with everything
 * else, and {@code NAME.sh}, which sends the event again with curl.
 *
 * <p>The script holds no header value: curl reads them from {@code NAME.headers}. So nothing a sender wrote
 * stands in a shell script but the query, percent-encoded. An event that comes twice is saved over itself.
 */
public final class EventSaver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SET_BY_CURL = List.of("accept", "user-agent", "content-type");

    private final Path folder;
    private final String target;

    /**
     * A saver.
     *
     * @param folder where to save, or null to save nothing
     * @param target address the scripts send to unless told otherwise
     */
    public EventSaver(Path folder, String target) {
        this.folder = folder;
        this.target = target;
    }

    /** Saves the exchange's event. */
    public void save(Exchange exchange) {
        if (folder != null) {
            try {
                save(ClientEvent.of(exchange));
            } catch (IOException full) {
                throw new UncheckedIOException("cannot save the event in " + folder, full);
            }
        }
    }

    private void save(Event event) throws IOException {
        Files.createDirectories(folder);
        String name = SafeName.of(event);
        write(name + ".body", event.body());
        write(name + ".headers.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(describe(event)));
        write(name + ".headers", curlHeaders(event).getBytes(StandardCharsets.UTF_8));
        Path script = write(name + ".sh", script(name, event).getBytes(StandardCharsets.UTF_8));
        if (Files.getFileAttributeView(script, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /** Writes beside and renames, so that who watches the folder never sees half a file. */
    private Path write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Path draft = folder.resolve("." + name + ".new");
        Files.write(draft, content);
        return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static ObjectNode describe(Event event) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", event.id()).put("channel", event.channel()).put("source", event.source()).put("type", event.type())
                .put("subject", event.subject()).put("time", event.time().toString()).put("verified", event.verified())
                .put("method", event.method()).put("path", event.path()).put("query", event.query());
        ObjectNode headers = json.putObject("headers");
        event.headers().toMap().forEach((name, values) -> {
            ArrayNode list = headers.putArray(name);
            values.forEach(list::add);
        });
        return json;
    }

    /** Header lines as {@code curl -H @file} reads them: an empty value is written with a semicolon. */
    private static String curlHeaders(Event event) {
        StringBuilder lines = new StringBuilder();
        for (String name : SET_BY_CURL) {
            if (event.headers().first(name).isEmpty()) {
                lines.append(name).append(":\n"); // or curl sends its own
            }
        }
        for (Headers.Header header : ForwardedHeaders.of(event)) {
            lines.append(header.name()).append(header.value().isBlank() ? ";" : ": " + header.value()).append('\n');
        }
        return lines.append("idempotency-key: ").append(ClientEvent.printable(event.id())).append('\n').toString();
    }

    /** The script joins target and query as {@link QueryText#behind} does. */
    private String script(String name, Event event) {
        String words = target == null ? "TARGET" : "[TARGET]";
        return "#!/bin/sh\n"
                + "# Sends this event again: " + name + ".sh " + words + "\n"
                + "target=${1:-" + quoted(target == null ? "" : target) + "}\n"
                + "query=" + quoted(QueryText.safe(event.query())) + "\n"
                + "if [ -z \"$target\" ]; then\n"
                + "    echo \"usage: $0 " + words + ", such as http://localhost:8080/webhook\" >&2\n"
                + "    exit 2\n"
                + "fi\n"
                + "if [ -n \"$query\" ]; then\n"
                + "    target=${target%%#*}\n"
                + "    case $target in\n"
                + "        *\\?*) target=\"$target&$query\" ;;\n"
                + "        *) target=\"$target?$query\" ;;\n"
                + "    esac\n"
                + "fi\n"
                + "cd \"$(dirname \"$0\")\" || exit 1\n"
                + "exec curl -sS -i -g -X " + ForwardedHeaders.method(event) + " -H @./" + name + ".headers --data-binary @./" + name
                + ".body \"$target\"\n";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
