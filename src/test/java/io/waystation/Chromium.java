package io.waystation;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A real browser without a window, with one page.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
 */
public final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String session;

    private Chromium(Process process, URI devTools) {
        this.process = process;
        this.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(devTools, new Incoming()).join();
        String target = call(null, "Target.createTarget", JSON.createObjectNode().put("url", "about:blank")).path("targetId").asText();
        session = call(null, "Target.attachToTarget",
                JSON.createObjectNode().put("targetId", target).put("flatten", true)).path("sessionId").asText();
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            call(session, domain + ".enable", JSON.createObjectNode());
        }
    }

    /** Starts it with a profile of its own; skips the test where no browser is installed. */
    public static Chromium start(Path profile) throws IOException {
        Path browser = OutsideTool.required("chromium");
        Process process = new ProcessBuilder(browser.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server", "--remote-debugging-port=0",
                "--user-data-dir=" + profile, "about:blank").redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread drain = new Thread(() -> errors.lines().forEach(ignored -> { }), "chromium-errors");
                drain.setDaemon(true);
                drain.start();
                return new Chromium(process, URI.create(line.substring(LISTENING.length()).trim()));
            }
        }
        throw new IOException("the browser ended with " + process.onExit().join().exitValue());
    }

    /** Goes to an address. */
    public void open(URI address) {
        call(session, "Page.navigate", JSON.createObjectNode().put("url", address.toString()));
    }

    /** The value of an expression in the page, as text; of a promise, what it comes to. */
    public String evaluate(String expression) {
        JsonNode answer = call(session, "Runtime.evaluate", JSON.createObjectNode().put("expression", expression)
                .put("returnByValue", true).put("awaitPromise", true));
        return answer.path("result").path("value").asText();
    }

    /** Errors and warnings of the page and of the browser about it. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Addresses of everything the page has asked for. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private JsonNode call(String inSession, String method, ObjectNode parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        if (inSession != null) {
            message.put("sessionId", inSession);
        }
        synchronized (this) {
            socket.sendText(message.toString(), true).join();
        }
        return answer.orTimeout(Patience.SOON.toSeconds(), TimeUnit.SECONDS).join();
    }

    private void take(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer = answers.remove(message.get("id").asInt());
            if (message.has("error")) {
                answer.completeExceptionally(new IllegalStateException(message.get("error").toString()));
            } else {
                answer.complete(message.path("result"));
            }
            return;
        }
        JsonNode parameters = message.path("params");
        switch (message.path("method").asText()) {
            case "Network.requestWillBeSent" -> requests.add(parameters.at("/request/url").asText());
            case "Runtime.exceptionThrown" -> complaints.add(parameters.toString());
            case "Log.entryAdded" -> complaints.add(parameters.path("entry").toString());
            case "Runtime.consoleAPICalled" -> complaints.add(parameters.path("args").toString());
            default -> {
                // nothing a test asks about
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }

    /** Puts frames together to messages. */
    private final class Incoming implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    take(JSON.readTree(text.toString()));
                } catch (IOException notJson) {
                    complaints.add(notJson.toString());
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
