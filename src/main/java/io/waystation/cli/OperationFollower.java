package io.waystation.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.relay.EventStreamParser;
import io.waystation.relay.StreamBody;
import io.waystation.relay.StreamMessage;

/**
 * Prints the events of an operation until its last one; connects again, behind the last event it has, when the connection broke or
 * was silent for too long.
 */
final class OperationFollower implements EventStreamParser.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_EVENT = 1 << 20;
    /** Two and a half heartbeats of a hub. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(75);
    private static final int FAILURES_ALLOWED = 60;

    private final HubClient client;
    private final String path;
    private final PrintWriter out;
    private final Duration longestSilence;
    private String lastEventId = "";
    private JsonNode end;

    /**
     * Nothing is asked for yet.
     *
     * @param path of the operation in the API
     */
    OperationFollower(HubClient client, String path, PrintWriter out) {
        this(client, path, out, LONGEST_SILENCE);
    }

    OperationFollower(HubClient client, String path, PrintWriter out, Duration longestSilence) {
        this.client = client;
        this.path = path;
        this.out = out;
        this.longestSilence = longestSilence;
    }

    /** Data of the last event. */
    JsonNode untilItEnds() {
        int failures = 0;
        while (end == null) {
            try (StreamBody body = client.stream(path + "/stream", lastEventId, longestSilence)) {
                EventStreamParser parser = new EventStreamParser(LARGEST_EVENT, this);
                List<ByteBuffer> pieces = next(body);
                while (!pieces.isEmpty()) {
                    failures = 0;
                    pieces.forEach(parser::feed);
                    pieces = end == null ? next(body) : List.of(); // nothing comes after the end but a heartbeat
                }
            } catch (IOException dropped) {
                if (++failures > FAILURES_ALLOWED) {
                    throw new CommandFailure(ExitCode.NOT_REACHABLE, "the hub does not answer any more: " + dropped.getMessage());
                }
            }
            if (end == null) {
                pause();
            }
        }
        return end;
    }

    private List<ByteBuffer> next(StreamBody body) throws IOException {
        try {
            List<ByteBuffer> pieces = body.next(longestSilence);
            if (pieces == null) {
                throw new IOException("nothing came for " + longestSilence.toSeconds() + " s");
            }
            return pieces;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }

    private static void pause() {
        try {
            new CountDownLatch(1).await(Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }

    @Override
    public void message(StreamMessage message) {
        if (!message.lastEventId().isEmpty()) {
            lastEventId = message.lastEventId();
        }
        JsonNode data = read(message);
        if (!data.hasNonNull("operationId")) {
            return; // where the stream begins
        }
        StringBuilder line = new StringBuilder(data.path("timestamp").asText()).append(' ').append(message.name());
        for (String field : new String[] {"percent", "currentStep", "message", "reason", "error_code"}) {
            if (data.hasNonNull(field)) {
                line.append("  ").append(Table.text(data.get(field))).append(field.equals("percent") ? "%" : "");
            }
        }
        out.println(line);
        out.flush();
        if (data.path("state").asText().matches("succeeded|failed|cancelled|superseded")) {
            end = data;
        }
    }

    private static JsonNode read(StreamMessage message) {
        try {
            return JSON.readTree(message.text());
        } catch (IOException notJson) {
            return JSON.createObjectNode();
        }
    }

    @Override
    public void retry(Duration delay) {
        // once a second is slow enough for any hub
    }
}
