package io.waystation.update.change;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.settings.Secret;

/**
 * Stops and starts processes through the REST API of process-compose, over its Unix socket or TCP.
 *
 * <p>Never by its {@code restart}: unless {@code shutdown.timeout_seconds} is set it starts a second process without
 * waiting for the death of the first, and it answers before anything is ready. So: stop, wait until it does not run,
 * start. Thread-safe.
 *
 * @see <a href="https://f1bonacc1.github.io/process-compose/">process-compose, "Remote Client" and "REST API"</a>
 */
public final class ProcessCompose implements ProcessControl {
    private static final Duration REQUEST = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Set<String> STARTING = Set.of("Pending", "Launching", "Restarting", "Scheduled");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketHttp http;
    private final Duration patience;

    private ProcessCompose(SocketAddress address, Optional<Secret> token, Duration patience) {
        this.http = new SocketHttp(address, token.map(key -> Map.of("X-PC-Token-Key", key.text())).orElse(Map.of()), REQUEST);
        this.patience = patience;
    }

    /**
     * Through a socket or an address.
     *
     * @param address {@code unix:/path/to.sock} or {@code http://127.0.0.1:8080}
     * @param token its API token, if it has one
     * @param patience how long a process may take to end
     */
    public static ProcessCompose at(String address, Optional<Secret> token, Duration patience) {
        if (address.startsWith("unix:")) {
            return new ProcessCompose(UnixDomainSocketAddress.of(Path.of(address.substring("unix:".length()))), token, patience);
        }
        URI uri = URI.create(address);
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 0) {
            throw new IllegalArgumentException("must be unix:/path or http://host:port, not '" + address + "'");
        }
        return new ProcessCompose(new InetSocketAddress(uri.getHost(), uri.getPort()), token, patience);
    }

    @Override
    public void reload(String process) {
        stop(process);
        SocketHttp.Answer answer = send("POST", "/process/start/", process);
        // a start that was sent before a kill, or a restart policy, may have been faster
        if (answer.status() != 200 && view(process).state() == ProcessView.State.ENDED) {
            throw ChangeException.refused("not-started", "process-compose does not start " + process + ": " + problem(answer));
        }
    }

    @Override
    public void stop(String process) {
        ProcessView view = look(process);
        if (view.state() != ProcessView.State.ENDED) {
            SocketHttp.Answer answer = send("PATCH", "/process/stop/", process);
            long deadline = System.nanoTime() + patience.toNanos();
            while (view.state() != ProcessView.State.ENDED || alive(view.pid())) {
                if (System.nanoTime() > deadline) {
                    throw ChangeException.refused("not-stopped", process + " still runs " + patience.toSeconds()
                            + " s after it was asked to stop; the answer was: " + problem(answer));
                }
                pause();
                view = look(process);
            }
        }
    }

    private static boolean alive(long pid) {
        return pid > 0 && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw ChangeException.failed("interrupted", "waiting for the process was interrupted", stopped);
        }
    }

    @Override
    public ProcessView view(String process) {
        try {
            return look(process);
        } catch (ChangeException unseen) {
            return new ProcessView(ProcessView.State.UNKNOWN, 0, null, 0, unseen.getMessage());
        }
    }

    private ProcessView look(String process) {
        SocketHttp.Answer answer = send("GET", "/process/", process);
        if (answer.status() != 200) {
            throw ChangeException.refused("no-such-process", "process-compose knows no " + process + ": " + problem(answer));
        }
        try {
            JsonNode state = JSON.readTree(answer.body());
            String status = state.path("status").asText();
            Boolean ready = state.path("has_ready_probe").asBoolean() ? "Ready".equals(state.path("is_ready").asText()) : null;
            boolean runs = state.path("is_running").asBoolean();
            return new ProcessView(stateOf(status, runs), runs ? state.path("pid").asLong() : 0, ready,
                    state.path("restarts").asInt(), status + ", exit code " + state.path("exit_code").asInt());
        } catch (IOException noJson) {
            throw ChangeException.failed("process-compose", "process-compose at " + http.where() + " does not answer with JSON", noJson);
        }
    }

    private static ProcessView.State stateOf(String status, boolean runs) {
        if (STARTING.contains(status)) {
            return ProcessView.State.STARTING;
        }
        return runs ? ProcessView.State.RUNNING : ProcessView.State.ENDED;
    }

    private SocketHttp.Answer send(String method, String path, String process) {
        try {
            // %2F for a slash, which names of replicas may have; a plus would stay one
            return http.send(method, path + URLEncoder.encode(process, StandardCharsets.UTF_8).replace("+", "%20"));
        } catch (IOException unreachable) {
            throw ChangeException.failed("process-compose",
                    "process-compose cannot be reached at " + http.where() + ": " + unreachable.getMessage(), unreachable);
        }
    }

    private static String problem(SocketHttp.Answer answer) {
        String text = answer.body().replaceAll("\\p{Cntrl}", " ").strip();
        return answer.status() + " " + text.substring(0, Math.min(300, text.length()));
    }
}
