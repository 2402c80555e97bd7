package io.waystation.cli.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.cli.client.IncludeAddress.Push;
import io.waystation.event.Event;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Expires the cached remote Taskfiles that a push has changed, and no others: includes of the pushed
 * repository at the pushed ref. Pushes that come close together are handled together.
 *
 * <p>The payload only says where to look: what is deleted are files of this project's cache, named by the
 * digest of an address that this project's own Taskfiles include.
 */
public final class TaskfileCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskfileCache.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path project;
    private final Map<String, String> environment;
    private final Duration quiet;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "taskfile-cache");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Push> waiting = new LinkedHashSet<>();

    /**
     * A cache of a project.
     *
     * @param project folder with the Taskfile, or null to do nothing
     * @param quiet how long to wait for more pushes
     */
    public TaskfileCache(Path project, Map<String, String> environment, Duration quiet) {
        this.project = project;
        this.environment = Map.copyOf(environment);
        this.quiet = quiet;
    }

    /** Expires what the exchange's event has changed, soon. */
    public void invalidate(Exchange exchange) {
        if (project != null) {
            pushOf(ClientEvent.of(exchange)).ifPresent(this::expireSoon);
        }
    }

    private void expireSoon(Push push) {
        synchronized (waiting) {
            if (waiting.add(push) && waiting.size() == 1) {
                later.schedule(this::expire, quiet.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void expire() {
        Set<Push> pushes;
        synchronized (waiting) {
            pushes = Set.copyOf(waiting);
            waiting.clear();
        }
        RemoteCacheFiles cache = RemoteCacheFiles.of(project, environment);
        for (String address : TaskfileIncludes.of(project, cache)) {
            boolean changed = IncludeAddress.parse(address)
                    .filter(include -> pushes.stream().anyMatch(include::isChangedBy)).isPresent();
            if (changed) {
                try {
                    LOG.info("{} was pushed to: {} cached copies expired", address, cache.expire(address));
                } catch (IOException inUse) {
                    LOG.error("cannot expire the cached copy of {}: {}", address, inUse.getMessage());
                }
            }
        }
    }

    /** The push or published release an event tells of. */
    static Optional<Push> pushOf(Event event) {
        boolean release = event.type().contains(".release");
        if (!release && !event.type().contains("push") && !event.type().endsWith(".create")) {
            return Optional.empty();
        }
        JsonNode payload;
        try {
            payload = JSON.readTree(event.body());
        } catch (IOException notJson) {
            return Optional.empty();
        }
        String ref = release ? payload.at("/release/tag_name").asText(payload.path("tag").asText()) : payload.path("ref").asText();
        String name = ref.replaceFirst("^refs/(heads|tags)/", "");
        JsonNode repository = payload.has("repository") ? payload.path("repository") : payload.path("project");
        Set<String> names = new HashSet<>();
        for (JsonNode holder : new JsonNode[] {repository, payload.path("project")}) {
            for (String field : new String[] {"html_url", "clone_url", "url", "homepage", "web_url", "git_http_url"}) {
                nameOf(holder.path(field).asText()).ifPresent(names::add);
            }
        }
        if (name.isEmpty() || names.isEmpty()) {
            return Optional.empty();
        }
        String usual = repository.path("default_branch").asText(payload.at("/project/default_branch").asText());
        boolean toDefault = usual.isEmpty() ? name.equals("main") || name.equals("master") : name.equals(usual);
        return Optional.of(new Push(Set.copyOf(names), name, toDefault));
    }

    private static Optional<String> nameOf(String address) {
        try {
            URI uri = URI.create(address);
            if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
                return Optional.empty();
            }
            String path = uri.getPath().substring(1).replaceAll("/$", "").replaceAll("\\.git$", "");
            return Optional.of((uri.getHost() + "/" + path).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Does what is waiting, then ends. */
    @Override
    public void close() {
        later.shutdown();
        if (project != null) {
            expire();
        }
    }
}
