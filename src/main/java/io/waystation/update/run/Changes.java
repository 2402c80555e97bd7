package io.waystation.update.run;

import java.nio.file.Path;
import java.time.Clock;

import io.waystation.update.LocalParts;
import io.waystation.update.Subsystem;
import io.waystation.update.change.Change;
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
    private final Path project;
    private final ProcessControl control;
    private final HealthOptions health;
    private final Clock clock;
    private Manifest manifest;

    /**
     * Changes in a project.
     *
     * @param project folder of the Taskfile, with one folder for each subsystem
     * @param control reloads processes
     * @param health how a subsystem's health is asked for
     */
    Changes(Path project, ProcessControl control, HealthOptions health, Clock clock) {
        this.project = project;
        this.control = control;
        this.health = health;
        this.clock = clock;
    }

    /** Folder of a subsystem. */
    Path folder(Subsystem subsystem) {
        return project.resolve(subsystem.local().folder());
    }

    synchronized Manifest manifest() {
        if (manifest == null) {
            manifest = Manifest.open(project, clock);
        }
        return manifest;
    }

    /** The change of a subsystem, as far as the manifest says it has come. */
    Change of(Subsystem subsystem) {
        LocalParts local = subsystem.local();
        Path artefact = Path.of(local.artefact());
        Installation place = new Installation(subsystem.name(), folder(subsystem), artefact.getFileName().toString(), artefact,
                local.process().isEmpty() ? null : local.process());
        return new Change(place, manifest(), control, new HealthGate(health.of(subsystem), health.policy()), clock);
    }
}
