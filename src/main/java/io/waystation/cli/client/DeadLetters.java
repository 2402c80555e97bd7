package io.waystation.cli.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.relay.EventJson;
import io.waystation.store.OwnerOnlyFile;
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
    private static final String ENDING = ".json";
    private static final Duration BETWEEN_EXPIRIES = Duration.ofHours(1);

    private final Path dead;
    private final Path replay;
    private final Path unreadable;
    private final Duration kept;
    private final Set<String> steps;
    private final Clock clock;
    private Instant nextExpiry = Instant.MIN;

    /**
     * Letters in a client's data folder.
     *
     * @param kept how long a letter is kept
     * @param steps the steps this client takes; letters for others stay where they are
     */
    DeadLetters(Path data, Duration kept, Set<String> steps, Clock clock) {
        this.dead = data.resolve("dead-letters");
        this.replay = data.resolve("replay");
        this.unreadable = data.resolve("unreadable");
        this.kept = kept;
        this.steps = Set.copyOf(steps);
        this.clock = clock;
    }

    /** The letters of a client that may be running, to look at them and to ask for them again. */
    public static DeadLetters of(Path data) {
        return new DeadLetters(data, Duration.ZERO, Set.of(), Clock.systemUTC());
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
        letter.putRawValue("event", new RawValue(new String(EventJson.write(event), StandardCharsets.UTF_8)));
        Files.createDirectories(dead);
        String name = SafeName.of(event) + "." + step.replaceAll("[^a-z]", "_") + ENDING;
        OwnerOnlyFile.replace(dead.resolve(name), JSON.writeValueAsBytes(letter));
        LOG.error("{} is a dead letter: {} after {} attempts; send it again with: waystation events replay {} --client {}",
                ClientEvent.shown(event), reason.replaceAll("\\p{Cntrl}", " "), attempts, id(Path.of(name)), dead.getParent());
        expire();
    }

    /**
     * Puts the event of a letter, the exchange's body, in the exchange, for the step named by {@link #STEP}. A file that is
     * no letter, and a letter for a step that this client does not take, end the route and are kept.
     */
    public void restore(Exchange exchange) throws IOException {
        byte[] content = exchange.getMessage().getBody(byte[].class);
        String name = Path.of(exchange.getMessage().getHeader(Exchange.FILE_NAME_ONLY, String.class)).getFileName().toString();
        Optional<DeadLetter> letter = parse(Path.of(name), content);
        if (letter.isEmpty()) {
            LOG.error("{} is no dead letter; it is in {} now", name, unreadable);
            setAside(exchange, unreadable.resolve(name), content);
        } else if (!steps.contains(letter.get().step())) {
            LOG.error("dead letter {} is for the step '{}', which this client does not take now; it stays a dead letter",
                    letter.get().id(), letter.get().step());
            setAside(exchange, dead.resolve(name), content);
        } else {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setBody(letter.get().event().body());
            exchange.getMessage().setHeader(STEP, letter.get().step());
            exchange.setProperty(EventHeaders.EVENT_PROPERTY, letter.get().event());
        }
    }

    private static void setAside(Exchange exchange, Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        OwnerOnlyFile.replace(file, content);
        exchange.setRouteStop(true);
    }

    /** Gives all letters to an action, oldest event first, one in memory at a time. */
    public void each(Consumer<DeadLetter> action) throws IOException {
        for (Path file : files()) {
            read(file).ifPresent(action);
        }
    }

    private static Optional<DeadLetter> read(Path file) throws IOException {
        try {
            Optional<DeadLetter> letter = parse(file, Files.readAllBytes(file));
            if (letter.isEmpty()) {
                LOG.warn("{} is no dead letter and is passed over", file);
            }
            return letter;
        } catch (NoSuchFileException movedMeanwhile) {
            return Optional.empty(); // replayed or expired
        }
    }

    /** Reads token by token and copies the event unread: it may hold 34 MiB of base64 in one text. */
    private static Optional<DeadLetter> parse(Path file, byte[] content) throws IOException {
        Map<String, String> texts = new HashMap<>();
        byte[] event = {};
        try (JsonParser letter = JSON.createParser(content)) {
            letter.nextToken();
            while (letter.nextToken() == JsonToken.FIELD_NAME) {
                String field = letter.currentName();
                letter.nextToken();
                if (field.equals("event")) {
                    int start = (int) letter.currentTokenLocation().getByteOffset();
                    letter.skipChildren();
                    event = Arrays.copyOfRange(content, start, (int) letter.currentLocation().getByteOffset());
                } else {
                    texts.put(field, letter.getValueAsString(""));
                    letter.skipChildren();
                }
            }
            Instant failedAt = Instant.parse(texts.getOrDefault("failedAt", ""));
            return EventJson.read(event).map(read -> new DeadLetter(
                    id(file), texts.getOrDefault("step", ""), texts.getOrDefault("reason", ""), failedAt, read));
        } catch (JsonProcessingException | DateTimeParseException damaged) {
            return Optional.empty();
        }
    }

    private static String id(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
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
            return files.filter(file -> file.getFileName().toString().endsWith(ENDING)
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
        int moved = 0;
        for (Path file : files()) {
            if (id(file).equals(id) || read(file).filter(letter -> letter.event().id().equals(id)).isPresent()) {
                moved += replay(file);
            }
        }
        return moved;
    }

    /** Gives all letters to their steps again. */
    public int replayAll() throws IOException {
        int moved = 0;
        for (Path file : files()) {
            moved += replay(file);
        }
        return moved;
    }

    /** Whether a client is there to take what is given to its steps again. */
    public boolean clientRuns() {
        return ClientFolder.isInUse(dead.getParent());
    }

    private int replay(Path file) throws IOException {
        Files.createDirectories(replay);
        try {
            Files.move(file, replay.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return 1;
        } catch (NoSuchFileException expired) {
            return 0;
        }
    }

    /**
     * Deletes letters that were kept long enough, and what a killed process left of others; looks once an hour, because a target
     * that is down leaves many. What cannot be deleted is said, and is no reason to take a step that has its letter again.
     */
    synchronized void expire() {
        if (clock.instant().isBefore(nextExpiry)) {
            return;
        }
        nextExpiry = clock.instant().plus(BETWEEN_EXPIRIES);
        try (Stream<Path> files = Files.list(dead)) {
            files.forEach(this::expire);
        } catch (IOException | UncheckedIOException unreadable) {
            LOG.warn("old dead letters in {} cannot be deleted: {}", dead, unreadable.toString());
        }
    }

    private void expire(Path file) {
        try {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(clock.instant().minus(kept))) {
                LOG.warn("dead letter {} was kept for {} days and is deleted", file.getFileName(), kept.toDays());
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException movedMeanwhile) {
            // replayed
        } catch (IOException failed) {
            LOG.warn("dead letter {} cannot be deleted when it is old: {}", file.getFileName(), failed.toString());
        }
    }
}
