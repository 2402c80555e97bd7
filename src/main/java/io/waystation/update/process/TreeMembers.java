package io.waystation.update.process;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the processes of one tree, again and again while it is ended. One thread.
 *
 * <p>A process belongs to the tree when it is the recorded first one (same number and start), carries the tree's mark,
 * is in the session that one of these proves to be the tree's, descends from any of these, or was found before. A number
 * alone proves nothing, since the system uses numbers again.
 */
final class TreeMembers {
    private final TreeRecord record;
    private final ProcessTable table;
    private final Set<ProcessEntry> known = new HashSet<>();
    private boolean sessionIsOurs;

    TreeMembers(TreeRecord record, ProcessTable table) {
        this.record = record;
        this.table = table;
    }

    TreeRecord record() {
        return record;
    }

    /** Those that run now, of all processes that run now. */
    Set<ProcessEntry> among(List<ProcessEntry> all) {
        Set<ProcessEntry> found = new HashSet<>();
        for (ProcessEntry entry : all) {
            if (entry.pid() != ProcessHandle.current().pid() && isProven(entry)) {
                found.add(entry);
                sessionIsOurs |= record.session() && entry.session() == record.pid();
            }
        }
        if (sessionIsOurs) {
            all.stream().filter(entry -> entry.session() == record.pid()).forEach(found::add);
        }
        while (addChildren(all, found)) {
            // until no process has a parent among those found
        }
        known.clear();
        known.addAll(found);
        return found;
    }

    /** The parent of a known process may have changed, so number and start are compared. */
    private boolean isProven(ProcessEntry entry) {
        return entry.pid() == record.pid() && entry.start().equals(record.start())
                || known.stream().anyMatch(before -> before.pid() == entry.pid() && before.start().equals(entry.start()))
                || table.carries(entry.pid(), record.entry());
    }

    private static boolean addChildren(Collection<ProcessEntry> all, Set<ProcessEntry> found) {
        Set<Long> parents = new HashSet<>();
        found.forEach(entry -> parents.add(entry.pid()));
        return found.addAll(all.stream().filter(entry -> parents.contains(entry.parent())).toList());
    }
}
