package io.waystation.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.relay.EventStreamParser;
import io.waystation.relay.StreamMessage;

/** Prints the events of an operation until its last one; connects again, behind the last event it has, when it has to. */
final class OperationFollower implements EventStreamParser.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_EVENT = 1 << 20;
    private static final int BUFFER = 8192;
    private static final int FAILURES_ALLOWED = 60;

    private final HubClient client;
    private final String path;
    private final PrintWriter out;
    private String lastEventId = "";
    private JsonNode end;

    /**
     * Nothing is asked for yet.
     *
     * @param path of the operation in the API
     */
    OperationFollower(HubClient client, String path, PrintWriter out) {
        this.client = client;
        this.path = path;
        this.out = out;
    }

    /** Data of the last event. */
    JsonNode untilItEnds() {
        int failures = 0;
        while (end == null) {
            try (InputStream body = client.stream(path + "/stream", lastEventId)) {
                EventStreamParser parser = new EventStreamParser(LARGEST_EVENT, this);
                byte[] buffer = new byte[BUFFER];
                int read = body.read(buffer);
                while (read >= 0) {
                    failures = 0;
                    parser.feed(ByteBuffer.wrap(buffer, 0, read));
                    read = end == null ? body.read(buffer) : -1; // nothing comes after the end but a heartbeat
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
