package io.waystation.update;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The subsystems this hub knows, one for each route of the template {@code upstream}. Thread-safe. */
public final class Subsystems {
    private final ConcurrentSkipListMap<String, Subsystem> byName = new ConcurrentSkipListMap<>();

    /** Adds a subsystem, or puts it in the place of its older definition when a route was edited. */
    public void put(Subsystem subsystem) {
        byName.put(subsystem.name(), subsystem);
    }

    /** Removes a subsystem unless a newer definition has taken its place. */
    public void remove(Subsystem subsystem) {
        byName.remove(subsystem.name(), subsystem);
    }

    /** The subsystem of this name. */
    public Optional<Subsystem> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them, by name. */
    public List<Subsystem> all() {
        return List.copyOf(byName.values());
    }

    /** Those that come from a repository, by name. A mono-repository has many. */
    public List<Subsystem> ofRepository(String repository) {
        return byName.values().stream()
                .filter(subsystem -> subsystem.upstreams().stream().anyMatch(u -> u.repository().equalsIgnoreCase(repository)))
                .toList();
    }
}
