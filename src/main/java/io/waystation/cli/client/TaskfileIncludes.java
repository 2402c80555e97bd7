package io.waystation.cli.client;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Finds the remote Taskfiles a project includes, through local includes and through cached remote ones. */
final class TaskfileIncludes {
    private static final Logger LOG = LoggerFactory.getLogger(TaskfileIncludes.class);
    private static final List<String> NAMES = List.of("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml",
            "Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml");
    private static final int MOST_FILES = 1000;
    private static final long LARGEST_FILE = 4 << 20;

    private final Path project;
    private final RemoteCacheFiles cache;
    private final Set<String> remote = new LinkedHashSet<>();
    private final Set<Path> seen = new HashSet<>();
    private final Deque<Source> waiting = new ArrayDeque<>();

    private TaskfileIncludes(Path project, RemoteCacheFiles cache) {
        this.project = project;
        this.cache = cache;
    }

    /** Addresses of all remote includes of the Taskfile in a folder. */
    static Set<String> of(Path project, RemoteCacheFiles cache) {
        TaskfileIncludes includes = new TaskfileIncludes(project, cache);
        includes.add(project, null);
        while (!includes.waiting.isEmpty() && includes.seen.size() < MOST_FILES) {
            includes.read(includes.waiting.poll());
        }
        return includes.remote;
    }

    /** A Taskfile to read; its address when it is a cached remote one, against which its includes are resolved. */
    private record Source(Path file, String address) {
    }

    /** The Taskfile in a folder. */
    static Optional<Path> taskfileIn(Path folder) {
        return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }

    private void add(Path fileOrFolder, String address) {
        Path file = Files.isDirectory(fileOrFolder) ? taskfileIn(fileOrFolder).orElse(null) : fileOrFolder;
        if (file != null && Files.isRegularFile(file) && seen.add(file.toAbsolutePath().normalize())) {
            waiting.add(new Source(file, address));
        }
    }

    private void read(Source source) {
        try {
            if (Files.size(source.file) > LARGEST_FILE) {
                return;
            }
            try (Reader reader = Files.newBufferedReader(source.file)) {
                Object document = new Load(LoadSettings.builder().build()).loadFromReader(reader);
                if (document instanceof Map<?, ?> taskfile && taskfile.get("includes") instanceof Map<?, ?> includes) {
                    includes.values().forEach(include -> location(include).ifPresent(at -> follow(at, source)));
                }
            }
        } catch (IOException | YamlEngineException unreadable) {
            LOG.warn("cannot read the includes of {}: {}", source.file, unreadable.getMessage());
        }
    }

    /** An include is its location, or a mapping with it as {@code taskfile}. */
    private static Optional<String> location(Object include) {
        Object location = include instanceof Map<?, ?> mapping ? mapping.get("taskfile") : include;
        return location instanceof String text ? Optional.of(text.strip()) : Optional.empty();
    }

    private void follow(String location, Source from) {
        String address = IncludeAddress.isRemote(location) ? location : null;
        if (address == null && from.address != null) {
            address = IncludeAddress.resolve(from.address, location).orElse(null);
        }
        if (address != null) {
            if (remote.add(address)) {
                String found = address;
                cache.copyOf(address).ifPresent(copy -> add(copy, found));
            }
        } else if (from.address == null && !location.contains("{{")) {
            Path local = from.file.toAbsolutePath().getParent().resolve(location).normalize();
            if (Files.exists(local)) {
                add(local, null);
            }
        }
    }
}
