package io.waystation.update.run;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.waystation.update.Action;
import io.waystation.update.Decision;
import io.waystation.update.LocalParts;
import io.waystation.update.Mode;
import io.waystation.update.ReleasePlan;
import io.waystation.update.Rule;
import io.waystation.update.Strategy;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;
import io.waystation.update.Verdict;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.change.ManifestEntry.Held;

/** Bean {@code updates}: what people ask and say about subsystems. Thread-safe; blocks while upstreams are read. */
public final class Updates {
    private static final int READERS = 16;

    private final Subsystems subsystems;
    private final Changes changes;
    private final UpdateDecisions decisions;
    private final UpdateJournal journal;
    private final Clock clock;

    Updates(Subsystems subsystems, Changes changes, UpdateDecisions decisions, UpdateJournal journal, Clock clock) {
        this.subsystems = subsystems;
        this.changes = changes;
        this.decisions = decisions;
        this.journal = journal;
        this.clock = clock;
    }

    /** All subsystems, by name. */
    public List<Subsystem> all() {
        return subsystems.all();
    }

    /** The subsystem of this name. */
    public Optional<Subsystem> find(String name) {
        return subsystems.find(name);
    }

    /** What would be decided now. Changes nothing. */
    public Decision check(Subsystem subsystem) {
        return decisions.look(subsystem);
    }

    /** What would be decided now about each of these, in their order; some upstreams are read at once. Changes nothing. */
    public List<Decision> check(List<Subsystem> asked) {
        if (asked.size() < 2) {
            return asked.stream().map(this::check).toList();
        }
        ExecutorService readers = Executors.newFixedThreadPool(Math.min(READERS, asked.size()));
        try {
            List<CompletableFuture<Decision>> found = asked.stream()
                    .map(subsystem -> CompletableFuture.supplyAsync(() -> check(subsystem), readers)).toList();
            return found.stream().map(CompletableFuture::join).toList();
        } finally {
            readers.shutdownNow();
        }
    }

    /** What the manifest says of it. */
    public ManifestEntry entry(Subsystem subsystem) {
        return changes.manifest().entry(subsystem.name());
    }

    /** Its latest runs. */
    public List<UpdateRun> runs(Subsystem subsystem, int limit) {
        return journal.runs(subsystem.name(), limit);
    }

    /** What a run would do now, step by step; empty when there is nothing to do. */
    public List<String> plan(Subsystem subsystem, Decision decision) {
        if (decision.action() != Action.UPDATE) {
            return List.of();
        }
        LocalParts local = subsystem.local();
        String version = local.versionVariable() + "="
                + (decision.wanted().tag().isEmpty() ? decision.wanted().commit() : decision.wanted().tag());
        List<String> steps = new ArrayList<>();
        if (subsystem.selection().strategy() != Strategy.SIGNED && local.mode().in(changes.folder(subsystem)) == Mode.DEV) {
            steps.add(local.fetch() ? "fetch " + version.substring(version.indexOf('=') + 1) + " into " + local.folder() + "/.src"
                    : "task " + local.tasks() + ":src:update with " + version);
            steps.add("compare " + local.folder() + "/.src with commit " + decision.wanted().commit());
            steps.add("task --force " + local.tasks() + ":bin:build with " + version);
        } else if (subsystem.selection().strategy() == Strategy.SIGNED) {
            steps.add("download the archive that the signed release names, and compare size and digest");
        } else {
            steps.add("task --force " + local.tasks() + ":bin:download with " + version);
        }
        steps.add("verify " + local.folder() + "/" + local.artefact());
        steps.add("put it in place; keep the one in use in .bin/.previous");
        if (!local.process().isEmpty()) {
            steps.add("reload " + local.process());
        }
        steps.add(local.health().isEmpty() ? "watch the process" : "ask " + local.health());
        changes.dependents(subsystem).forEach(each -> steps.add("reload " + each.place().process() + ", which depends on it, and watch it"));
        steps.add("commit " + decision.wanted().label() + " to the manifest, or roll back and quarantine it");
        if (subsystem.release().target() != ReleasePlan.Target.NONE) {
            steps.add("pack, sign and release it: " + subsystem.release().target().name().toLowerCase(Locale.ROOT));
        }
        return steps;
    }

    /**
     * Notes what a person says about the version that waits for approval.
     *
     * @param version its tag, commit or number, or empty for the one that waits
     * @param by name of the token
     * @return the version
     * @throws UpdateException {@code nothing-to-approve} when none, or another one, waits
     */
    public Artefact judge(Subsystem subsystem, Optional<String> version, boolean approved, String by) {
        Held held = entry(subsystem).held();
        if (held == null || !held.rule().equals(Rule.APPROVAL.code())) {
            throw new UpdateException("nothing-to-approve", "No version of " + subsystem.name() + " waits for an approval.");
        }
        Artefact waits = held.artefact();
        if (version.isPresent() && !version.get().equals(waits.tag()) && !version.get().equals(waits.commit())
                && !version.get().equals(waits.version())) {
            throw new UpdateException("nothing-to-approve", "Not " + version.get() + " but " + waits + " of " + subsystem.name()
                    + " waits for an approval.");
        }
        changes.manifest().change(subsystem.name(), approved ? "approved" : "rejected", by,
                entry -> entry.edit().verdict(waits.commit(), new Verdict(approved, by, clock.instant())).done());
        return waits;
    }

    /**
     * Lets a version be tried again.
     *
     * @param version its tag, commit or number
     * @throws UpdateException {@code not-quarantined} when it is not in quarantine
     */
    public void unquarantine(Subsystem subsystem, String version, String by) {
        ManifestEntry before = entry(subsystem);
        ManifestEntry after = changes.manifest().change(subsystem.name(), "unquarantined " + version, by,
                entry -> entry.edit().unquarantine(version).done());
        if (before.quarantined().size() == after.quarantined().size()) {
            throw new UpdateException("not-quarantined", "There is no version " + version + " of " + subsystem.name() + " in quarantine.");
        }
    }
}
