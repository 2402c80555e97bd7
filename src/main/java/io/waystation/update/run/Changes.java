package io.waystation.update.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.update.LocalParts;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;
import io.waystation.update.change.Change;
import io.waystation.update.change.Dependent;
import io.waystation.update.change.HealthCheck;
import io.waystation.update.change.HealthGate;
import io.waystation.update.change.Installation;
import io.waystation.update.change.Manifest;
import io.waystation.update.change.ProcessControl;

/**
 * Makes the {@link Change} of a subsystem out of what its stanza says. Thread-safe.
 *
 * <p>The manifest is opened, and made, when the first subsystem needs it: a hub without subsystems writes nothing into the
 * folder it happens to run in.
 */
final class Changes {
    private final Subsystems subsystems;
    private final Path project;
    private final ProcessControl control;
    private final HealthOptions health;
    private final Clock clock;
    private Manifest manifest;

    /**
     * Changes in a project.
     *
     * @param subsystems finds dependents
     * @param project folder of the Taskfile, with one folder for each subsystem
     * @param control reloads processes
     * @param health how a subsystem's health is asked for
     */
    Changes(Subsystems subsystems, Path project, ProcessControl control, HealthOptions health, Clock clock) {
        this.subsystems = subsystems;
        this.project = project;
        this.control = control;
        this.health = health;
        this.clock = clock;
    }

    /** Folder of a subsystem. */
    Path folder(Subsystem subsystem) {
        return project.resolve(subsystem.local().folder());
    }

    /** Folder of the Taskfile. */
    Path project() {
        return project;
    }

    /** The binary in use of a subsystem. */
    Path binary(Subsystem subsystem) {
        return folder(subsystem).resolve(".bin").resolve(Path.of(subsystem.local().artefact()).getFileName());
    }

    synchronized Manifest manifest() {
        if (manifest == null) {
            manifest = Manifest.open(project, clock);
        }
        return manifest;
    }

    /** The change of a subsystem, as far as the manifest says it has come. */
    Change of(Subsystem subsystem) {
        return new Change(place(subsystem), manifest(), control, gate(subsystem), dependents(subsystem), clock);
    }

    private Installation place(Subsystem subsystem) {
        LocalParts local = subsystem.local();
        Path artefact = Path.of(local.artefact());
        return new Installation(subsystem.name(), folder(subsystem), artefact.getFileName().toString(), artefact,
                local.process().isEmpty() ? null : local.process());
    }

    private HealthGate gate(Subsystem subsystem) {
        return new HealthGate(health.of(subsystem), health.policy());
    }

    /** What is reloaded after a subsystem now. One without a process, or not installed yet, has nothing to reload. */
    List<Dependent> dependents(Subsystem subsystem) {
        List<Dependent> found = new ArrayList<>();
        for (String name : subsystems.after(subsystem)) {
            Optional<Subsystem> known = subsystems.find(name);
            if (known.isEmpty()) {
                found.add(new Dependent(Installation.of(name, project.resolve(name), name, name),
                        new HealthGate(HealthCheck.NONE, health.policy())));
            } else if (!known.get().local().process().isEmpty() && Files.exists(place(known.get()).current())) {
                found.add(new Dependent(place(known.get()), gate(known.get())));
            }
        }
        return found;
    }

    /** Processes that a change of a subsystem may stop and start: its own and those of all that is reloaded after it. */
    List<String> processes(Subsystem subsystem) {
        List<String> processes = new ArrayList<>(List.of(subsystem.local().process()));
        for (String name : subsystems.after(subsystem)) {
            processes.add(subsystems.find(name).map(each -> each.local().process()).orElse(name));
        }
        processes.removeIf(String::isEmpty);
        return processes;
    }
}
