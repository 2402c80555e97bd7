package io.waystation.update.change;

import java.io.IOException;
import java.util.function.UnaryOperator;

/** How far the change of one subsystem has come, in the manifest. Not thread-safe. */
final class ChangeProgress {
    private final Installation place;
    private final Manifest manifest;
    private final Boundary boundary;

    ChangeProgress(Installation place, Manifest manifest, Boundary boundary) {
        this.place = place;
        this.manifest = manifest;
        this.boundary = boundary;
    }

    ManifestEntry entry() {
        return manifest.entry(place.subsystem());
    }

    /** The change under way. */
    ChangeState state() {
        ChangeState state = entry().changing();
        if (state == null) {
            throw ChangeException.refused("no-change", "no change of " + place.subsystem() + " is under way");
        }
        return state;
    }

    static void require(ChangeState state, ChangeStep... steps) {
        for (ChangeStep step : steps) {
            if (state.step() == step) {
                return;
            }
        }
        throw ChangeException.refused("wrong-step", "the change to " + state.target() + " is " + state.step());
    }

    void step(String action, ChangeStep next) {
        write(action, now -> now.edit().changing(now.changing().at(next)).done());
    }

    /** Writes in the name of the change under way. */
    ManifestEntry write(String action, UnaryOperator<ManifestEntry> edit) {
        ChangeState state = entry().changing();
        return write(action, state == null ? "waystation" : state.by(), edit);
    }

    ManifestEntry write(String action, String by, UnaryOperator<ManifestEntry> edit) {
        ManifestEntry written = manifest.change(place.subsystem(), action, by, edit);
        boundary.reached(action);
        return written;
    }

    interface Step<T> {
        T run() throws IOException;
    }

    <T> T onDisk(Step<T> step) {
        try {
            return step.run();
        } catch (IOException why) {
            throw ChangeException.failed("disk", "the files of " + place.subsystem() + " could not be changed: " + why, why);
        }
    }
}
