package io.waystation;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

/** The real hub in a process of its own, to be killed and started again on the same port and data. */
public final class HubProcess implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Path data;
    private final int port;
    private final Path home;
    private final List<String> settings;
    private final Map<String, String> environment = new HashMap<>();
    private Process process;

    /**
     * A hub that is not started yet.
     *
     * @param data data folder
     * @param settings keys and values in turn
     */
    public HubProcess(Path data, String... settings) throws IOException {
        this(data, null, settings);
    }

    /** The same with a home folder whose routes win, or null. */
    public HubProcess(Path data, Path home, String... settings) throws IOException {
        this.data = data;
        this.home = home;
        this.port = freePort();
        this.settings = List.of(settings);
    }

    /** Processor time the process has used so far. */
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Adds an environment variable. */
    public HubProcess environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** A port that stays free while the hub is down: below those that clients' sockets are given. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket free = new ServerSocket(port)) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // another one then
            }
        }
    }

    /** Starts it and waits until it answers, while other routes than those of webhooks may be starting still. */
    public HubProcess start() throws IOException {
        launch();
        await("/livez");
        return this;
    }

    /** Starts it and waits until every route is up. */
    public HubProcess startWhole() throws IOException {
        launch();
        await("/health");
        return this;
    }

    private void await(String path) {
        Awaitility.await("hub answers on port " + port + ", see " + log())
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new IllegalStateException("the hub ended with " + process.exitValue() + ", see " + log());
                    }
                    return answers(path);
                });
    }

    /** Starts it without waiting: for a hub that may end before it answers. */
    public HubProcess launch() throws IOException {
        Path java = Path.of(System.getProperty("hub.java-home", System.getProperty("java.home")));
        List<String> command = new ArrayList<>(List.of(java.resolve("bin").resolve("java").toString(), "-Xmx512m", "-XX:TieredStopAtLevel=1"));
        command.addAll(HubClasses.options(java));
        if (home != null) {
            command.add("-Dwaystation-home=" + home);
        }
        command.addAll(List.of("io.waystation.Waystation", "serve",
                "--port", Integer.toString(port), "--data", data.toString()));
        for (int i = 0; i < settings.size(); i += 2) {
            command.add("-D");
            command.add(settings.get(i) + "=" + settings.get(i + 1));
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        return this;
    }

    private boolean answers(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(2)).build();
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the process at once, as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }

    /** Asks the process to stop and waits for it. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Process id. */
    public long pid() {
        return process.pid();
    }

    /** Output of all starts. */
    public Path log() {
        return Path.of("target", "hub-" + port + ".out").toAbsolutePath();
    }

    /** Data folder. */
    public Path data() {
        return data;
    }

    /** Port, the same over restarts. */
    public int port() {
        return port;
    }

    /** Address of a path of the hub. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() throws InterruptedException {
        if (isAlive()) {
            kill();
        }
    }
}
