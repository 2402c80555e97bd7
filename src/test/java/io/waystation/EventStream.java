package io.waystation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A plain reader of Server-Sent Events for tests: one connection, every event with an id and data in a queue. */
public final class EventStream implements AutoCloseable {
    /** One event as it came. */
    public record Frame(String id, String event, String data) {
    }

    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final HttpResponse<java.io.InputStream> response;
    private volatile boolean ended;

    private EventStream(HttpResponse<java.io.InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "event-stream");
        reader.setDaemon(true);
        reader.start();
    }

    /** Opens a stream; {@code headers} are names and values in turn. */
    public static EventStream open(URI uri, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream");
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Patience.SOON).build();
        HttpResponse<java.io.InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        return new EventStream(response);
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String id = null;
            String event = "message";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    if (data.length() > 0) {
                        frames.add(new Frame(id, event, data.toString()));
                    }
                    data.setLength(0);
                    event = "message";
                    id = null;
                } else if (line.startsWith("data: ")) {
                    data.append(line, 6, line.length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                }
            }
        } catch (IOException aborted) {
            // the hub drops streams rather than end them
        } finally {
            ended = true;
        }
    }

    /** Status of the answer. */
    public int status() {
        return response.statusCode();
    }

    /** Response header. */
    public Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** Next frame, or empty when none comes in time. */
    public Optional<Frame> next(Duration within) throws InterruptedException {
        return Optional.ofNullable(frames.poll(within.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether the connection is gone and everything that came was taken. */
    public boolean isOver() {
        return ended && frames.isEmpty();
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
