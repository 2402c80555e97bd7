package io.waystation.update;

import java.util.List;

/**
 * One upstream project that is rebuilt or downloaded on its own: everything its stanza says.
 *
 * <p>Immutable. Made and checked by {@link SubsystemDefinition}.
 *
 * @param name lower-case words joined by dashes
 * @param upstreams where it comes from, the preferred first; never empty
 * @param selection which of upstream's versions are its own
 * @param policy what has to happen before one of them is taken
 * @param local what it is on this machine
 * @param release what becomes of a version that was built here
 */
public record Subsystem(String name, List<Upstream> upstreams, Selection selection, UpdatePolicy policy, LocalParts local,
        ReleasePlan release) {
    /** Copies the list. */
    public Subsystem {
        upstreams = List.copyOf(upstreams);
    }
}
