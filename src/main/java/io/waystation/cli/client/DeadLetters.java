package io.waystation.cli.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.relay.EventJson;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events a step of the client could not deal with, one file each: {@code dead-letters/NAME.json} holds the
 * event, the step and the reason. Moving a file to {@code replay/} makes a running client give the event to
 * its step again; {@code waystation events replay --client FOLDER} does that.
 *
 * <p>Plain files, because another process must be able to list and move them while the client runs. A file
 * is on disk before the step counts as done. Thread-safe.
 */
public final class DeadLetters {
    /** Message header with the step a letter is for; a route decides by it. */
    public static final String STEP = "CamelWaystationStep";

    /** Exchange property with how often a step was tried; Camel forgets its own count before a failure is handled. */
    static final String ATTEMPTS = "CamelWaystationAttempts";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_REASON = 2000;

    private final Path dead;
    private final Path replay;
    private final Duration kept;
    private final Clock clock;

    /**
     * Letters in a client's data folder.
     *
     * @param kept how long a letter is kept
     */
    public DeadLetters(Path data, Duration kept, Clock clock) {
        this.dead = data.resolve("dead-letters");
        this.replay = data.resolve("replay");
        this.kept = kept;
        this.clock = clock;
    }

    /**
     * A dead letter.
     *
     * @param id name that replay takes
     * @param step step that failed
     * @param reason why
     * @param failedAt when
     * @param event the event
     */
    public record DeadLetter(String id, String step, String reason, Instant failedAt, Event event) {
    }

    /** Keeps the exchange's event with the failure that a route has handled; called {@code keep} in routes. */
    public void keep(Exchange exchange) throws IOException {
        Event event = ClientEvent.of(exchange);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        String step = exchange.getMessage().getHeader(STEP, "forward", String.class);
        int attempts = exchange.getProperty(ATTEMPTS, 1, Integer.class);
        String reason = failure == null ? "unknown" : String.valueOf(failure.getMessage());
        ObjectNode letter = JSON.createObjectNode()
                .put("step", step)
                .put("reason", reason.substring(0, Math.min(reason.length(), LONGEST_REASON)))
                .put("attempts", attempts)
                .put("failedAt", clock.instant().toString());
        letter.set("event", JSON.readTree(EventJson.write(event)));
        Files.createDirectories(dead);
        String name = SafeName.of(event) + "." + step.replaceAll("[^a-z]", "_") + ".json";
        write(dead.resolve(name), JSON.writeValueAsBytes(letter));
        LOG.error("event {} ({}) is a dead letter: {} after {} attempts; send it again with: waystation events replay {} "
                + "--client {}", event.id(), event.type(), reason, attempts, name.replaceAll("\\.json$", ""), dead.getParent());
        expire();
    }

    private static void write(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling("." + file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException notOnThisSystem) {
            // Windows opens no folders; the rename is safe there without
        }
    }

    /** Puts the event of a letter, the exchange's body, in the exchange, for the step named by {@link #STEP}. */
    public void restore(Exchange exchange) throws IOException {
        JsonNode letter = JSON.readTree(exchange.getMessage().getBody(byte[].class));
        Event event = EventJson.read(JSON.writeValueAsBytes(letter.path("event")))
                .orElseThrow(() -> new IOException("the file is no dead letter"));
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(event.body());
        exchange.getMessage().setHeader(STEP, letter.path("step").asText());
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, event);
    }

    /** All letters, oldest event first. */
    public List<DeadLetter> list() throws IOException {
        List<DeadLetter> letters = new ArrayList<>();
        for (Path file : files()) {
            try {
                JsonNode letter = JSON.readTree(Files.readAllBytes(file));
                EventJson.read(JSON.writeValueAsBytes(letter.path("event"))).ifPresent(event -> letters.add(new DeadLetter(
                        file.getFileName().toString().replaceAll("\\.json$", ""), letter.path("step").asText(),
                        letter.path("reason").asText(), Instant.parse(letter.path("failedAt").asText()), event)));
            } catch (NoSuchFileException movedMeanwhile) {
                // replayed or expired
            }
        }
        return letters;
    }

    /** How many letters there are. */
    public int count() {
        try {
            return files().size();
        } catch (IOException unreadable) {
            return -1;
        }
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(dead)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(dead)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".json")
                    && !file.getFileName().toString().startsWith(".")).sorted().toList();
        }
    }

    /**
     * Gives a letter to its step again as soon as a client runs on this folder.
     *
     * @param id name of the letter, or id of its event
     * @return how many letters it was
     */
    public int replay(String id) throws IOException {
        Files.createDirectories(replay);
        int moved = 0;
        for (DeadLetter letter : list()) {
            if (letter.id().equals(id) || letter.event().id().equals(id)) {
                Files.move(dead.resolve(letter.id() + ".json"), replay.resolve(letter.id() + ".json"),
                        StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                moved++;
            }
        }
        return moved;
    }

    /** Deletes letters that were kept long enough. */
    void expire() throws IOException {
        for (Path file : files()) {
            try {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(clock.instant().minus(kept))) {
                    LOG.warn("dead letter {} was kept for {} days and is deleted", file.getFileName(), kept.toDays());
                    Files.deleteIfExists(file);
                }
            } catch (NoSuchFileException movedMeanwhile) {
                // replayed
            }
        }
    }
}
