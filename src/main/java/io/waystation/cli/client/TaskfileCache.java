package io.waystation.cli.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

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
    private static final String FORM_FIELD = "payload=";

    private final Path project;
    private final Path unfinished;
    private final Map<String, String> environment;
    private final Duration quiet;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "taskfile-cache");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Push> waiting = new LinkedHashSet<>();
    private boolean scheduled;

    /**
     * A cache of a project.
     *
     * @param project folder with the Taskfile, or null to do nothing
     * @param unfinished file that is there while pushes wait: found at the start, all copies expire, because it is no longer known which
     * @param quiet how long to wait for more pushes
     */
    public TaskfileCache(Path project, Path unfinished, Map<String, String> environment, Duration quiet) {
        this.project = project;
        this.unfinished = unfinished;
        this.environment = Map.copyOf(environment);
        this.quiet = quiet;
    }

    /** Does what a client that died had not done, and says when there is nothing to do here. */
    void start() {
        if (project != null && TaskfileIncludes.taskfileIn(project).isEmpty()) {
            LOG.warn("there is no Taskfile in {}: nothing will expire until there is one; name another folder with --taskfile-dir", project);
        }
        if (project != null && Files.exists(unfinished)) {
            try {
                expire(include -> true);
                Files.deleteIfExists(unfinished);
            } catch (IOException | RuntimeException unreadable) {
                LOG.error("cannot expire the cached Taskfiles of {}: {}", project, unreadable.toString());
            }
        }
    }

    /**
     * Expires what the exchange's event has changed, soon.
     *
     * @throws IOException when it cannot be noted that there is something to do
     */
    public void invalidate(Exchange exchange) throws IOException {
        Optional<Push> push = project == null ? Optional.empty() : pushOf(ClientEvent.of(exchange));
        if (push.isPresent()) {
            expireSoon(push.get());
        }
    }

    private void expireSoon(Push push) throws IOException {
        synchronized (waiting) {
            if (!Files.exists(unfinished)) {
                Files.createFile(unfinished);
            }
            waiting.add(push);
            if (!scheduled) {
                scheduled = true;
                later.schedule(this::expireWaiting, quiet.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Whatever fails is tried again with the next push, and by the next client. */
    private void expireWaiting() {
        synchronized (waiting) {
            scheduled = false;
            try {
                expire(include -> waiting.stream().anyMatch(include::isChangedBy));
                waiting.clear();
                Files.deleteIfExists(unfinished);
            } catch (IOException | RuntimeException unreadable) {
                LOG.error("cannot expire the cached Taskfiles of {}: {}", project, unreadable.toString());
            }
        }
    }

    private void expire(Predicate<IncludeAddress> changed) throws IOException {
        RemoteCacheFiles cache = RemoteCacheFiles.of(project, environment);
        for (String address : TaskfileIncludes.of(project, cache)) {
            if (IncludeAddress.parse(address).filter(changed).isPresent()) {
                LOG.info("{} was pushed to: {} cached copies expired", IncludeAddress.named(address), cache.expire(address));
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
            payload = JSON.readTree(json(event));
        } catch (IOException | IllegalArgumentException notJson) {
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

    /** The payload; GitHub and others also send it as a field of a form. */
    private static byte[] json(Event event) {
        if (!event.contentType().orElse("").toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
            return event.body();
        }
        String form = new String(event.body(), StandardCharsets.UTF_8);
        return Arrays.stream(form.split("&")).filter(field -> field.startsWith(FORM_FIELD)).findFirst()
                .map(field -> URLDecoder.decode(field.substring(FORM_FIELD.length()), StandardCharsets.UTF_8))
                .orElse("").getBytes(StandardCharsets.UTF_8);
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
            expireWaiting();
        }
    }
}
