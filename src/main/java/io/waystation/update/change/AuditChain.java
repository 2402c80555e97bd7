package io.waystation.update.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Follows the audit file line by line and notes where the chain is broken. Not thread-safe. */
final class AuditChain implements AuditTrail.Visitor {
    private static final int MOST_FAULTS = 100;

    private final List<String> faults = new ArrayList<>();
    private final Map<String, ManifestEntry> entries = new TreeMap<>();
    private AuditTrail.Head head = AuditTrail.Head.START;
    private long lines;

    @Override
    public void visit(AuditTrail.Found found) {
        lines++;
        if (!found.whole()) {
            fault("line " + lines + " was changed: its hash is not that of its text");
        }
        if (found.line() == null) {
            return;
        }
        boolean anchor = lines == 1 && found.line().entries() != null; // older files were put away
        if (!anchor && (!head.hash().equals(found.line().previous()) || found.line().serial() != head.serial() + 1)) {
            fault("line " + lines + " does not follow the line before it: something is missing or was put in");
        }
        head = new AuditTrail.Head(found.line().serial(), found.hash());
        found.line().apply(entries);
    }

    private void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    long lines() {
        return lines;
    }

    /** All that is wrong, also with the manifest that names this head and these entries. */
    List<String> compare(AuditTrail.Head named, Map<String, ManifestEntry> said) {
        if (!head.equals(named)) {
            fault("the manifest names change " + named.serial() + " as the last and the audit file ends with change "
                    + head.serial() + ": lines are missing or were put in at the end");
        }
        if (!entries.equals(said)) {
            fault("the manifest does not say what the audit file says");
        }
        return List.copyOf(faults);
    }
}
