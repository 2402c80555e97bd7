package io.waystation.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A client from npm in a process of its own, and every event it got. */
final class NpmClient implements AutoCloseable {
    /** Where {@code npm ci} installs the clients. */
    static final Path FOLDER = Path.of("src", "test", "npm");

    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

    private final String name;
    private final Process process;
    private final HttpServer target;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<Integer, List<String>> received = new ConcurrentHashMap<>();

    private NpmClient(String name, URI stream, Path log, boolean forwards) throws IOException {
        this.name = name;
        List<String> command = new ArrayList<>(List.of("node", FOLDER.resolve(name + ".mjs").toString(), stream.toString()));
        if (forwards) {
            // smee-client forwards all it gets at once
            target = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 4096);
            target.setExecutor(threads);
            target.createContext("/", this::forwarded);
            target.start();
            command.add("http://127.0.0.1:" + target.getAddress().getPort() + "/");
        } else {
            target = null;
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("NO_PROXY", "127.0.0.1");
        builder.environment().put("no_proxy", "127.0.0.1");
        process = builder.start();
        threads.execute(this::readOutput);
    }

    /** The eventsource package on a stream; its errors go to {@code log}. */
    static NpmClient eventsource(URI stream, Path log) throws IOException {
        return new NpmClient("eventsource", stream, log, false);
    }

    /** smee-client on a stream, forwarding to a target of its own; its errors go to {@code log}. */
    static NpmClient smee(URI stream, Path log) throws IOException {
        return new NpmClient("smee", stream, log, true);
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("ready")) {
                    connections.incrementAndGet();
                } else if (words[0].equals("event")) {
                    took(Integer.parseInt(words[2]), words[1]);
                }
            }
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    private void forwarded(HttpExchange exchange) throws IOException {
        Matcher number = NUMBER.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (number.find()) {
            took(Integer.parseInt(number.group(1)), exchange.getRequestHeaders().getFirst("X-GitHub-Delivery"));
        }
        // a connection kept alive could end just when smee-client, which never tries again, uses it
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    private void took(int number, String id) {
        received.computeIfAbsent(number, n -> new CopyOnWriteArrayList<>()).add(id);
    }

    /** Ids by number of all events so far: positions with eventsource, delivery ids with smee-client. */
    Map<Integer, List<String>> received() {
        return received;
    }

    /** Whether every one of these events has come. */
    boolean has(Collection<Integer> numbers) {
        return received.keySet().containsAll(numbers);
    }

    /** Events that came again. */
    int duplicates() {
        return received.values().stream().mapToInt(ids -> ids.size() - 1).sum();
    }

    /** How many streams the client was given, each counted when its first frame came. */
    int connections() {
        return connections.get();
    }

    /** Stops the process where it is, so that it certainly does not come back before {@link #thaw}. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets a frozen process go on. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + signal + " of " + this + " ended with " + code);
        }
    }

    /** Tells the client to stop, and waits until it has forwarded and printed everything it had; its exit code. */
    int leave() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(this + " does not end");
        }
        threads.shutdown();
        if (target != null) {
            target.stop(1);
        }
        threads.awaitTermination(30, TimeUnit.SECONDS);
        return process.exitValue();
    }

    @Override
    public String toString() {
        return name + " (" + process.pid() + ")";
    }

    @Override
    public void close() {
        process.destroyForcibly();
        if (target != null) {
            target.stop(0);
        }
        threads.shutdown();
    }
}
