package io.waystation.update;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /**
     * What is reloaded after a subsystem: its dependents, theirs, and so on, each once and after all it depends on.
     *
     * @return names of subsystems, or of processes that are none; the subsystem itself is never among them
     */
    public List<String> after(Subsystem subsystem) {
        Set<String> seen = new HashSet<>(Set.of(subsystem.name()));
        Deque<String> order = new ArrayDeque<>();
        visit(subsystem, seen, order);
        return List.copyOf(order);
    }

    /** A walk into the depth, which puts each before what was put there by its dependents. A circle ends where it began. */
    private void visit(Subsystem subsystem, Set<String> seen, Deque<String> order) {
        List<String> dependents = subsystem.local().dependents();
        for (int i = dependents.size() - 1; i >= 0; i--) {
            String dependent = dependents.get(i);
            if (seen.add(dependent)) {
                find(dependent).ifPresent(each -> visit(each, seen, order));
                order.addFirst(dependent);
            }
        }
    }

    /** Those that come from a repository, by name. A mono-repository has many. */
    public List<Subsystem> ofRepository(String repository) {
        return byName.values().stream()
                .filter(subsystem -> subsystem.upstreams().stream().anyMatch(u -> u.repository().equalsIgnoreCase(repository)))
                .toList();
    }
}
