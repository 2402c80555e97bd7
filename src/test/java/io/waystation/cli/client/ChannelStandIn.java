package io.waystation.cli.client;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.relay.EventJson;
import io.waystation.relay.ScriptedServer;

/** A channel of a hub with what a client sees of it: a stream that resumes, and a named cursor. */
final class ChannelStandIn implements AutoCloseable {
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final ScriptedServer server;
    private volatile int breakAfter = Integer.MAX_VALUE;
    private volatile Position cursor = new Position(10, 0);

    ChannelStandIn() throws IOException {
        server = new ScriptedServer((number, request, answer) -> {
            if (request.method().equals("POST")) {
                String body = new String(request.body(), StandardCharsets.UTF_8);
                cursor = Position.parse(body.replaceAll(".*:\"(.*)\".*", "$1")).orElseThrow();
                answer.status("200 OK");
            } else if (request.target().startsWith("/stream/")) {
                stream(request, answer);
            } else {
                answer.status("404 Not Found");
            }
        });
    }

    private void stream(ScriptedServer.Request request, ScriptedServer.Answer answer) throws IOException, InterruptedException {
        Position after = Position.parse(request.header("last-event-id"))
                .orElse(request.target().contains("cursor=") ? cursor : new Position(10, 0));
        answer.stream().raw("retry: 1\nid: " + after + "\nevent: ready\ndata: {}\n\n");
        int next = (int) after.offset();
        int sent = 0;
        while (sent < breakAfter) {
            if (next < events.size()) {
                byte[] json = EventJson.write(events.get(next));
                next++;
                sent++;
                answer.raw("id: 10-" + next + "\ndata: " + new String(json, StandardCharsets.UTF_8) + "\n\n");
            } else {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
        answer.reset();
    }

    /** Makes every connection break after so many events. */
    void breakAfter(int count) {
        breakAfter = count;
    }

    Position cursor() {
        return cursor;
    }

    URI address() {
        return server.address("/c");
    }

    List<ScriptedServer.Request> requests() {
        return server.requests();
    }

    void publish(Event event) {
        events.add(event);
    }

    /** Publishes an event with a text body; its number makes its id. */
    void publish(int number, String key, String body) {
        publish(event("event-" + number, key, "com.github.push", body.getBytes(StandardCharsets.UTF_8)));
    }

    static Event event(String id, String key, String type, byte[] body, String... headers) {
        return new Event(id, "c", "/github/acme/site", type, "refs/heads/main", Instant.parse("2026-11-22T04:00:00Z"), key,
                "github:main", null, null, "POST", "/c", null, Headers.of(headers), body);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
