package io.waystation.update.change;

import java.util.Optional;

/**
 * One process that is controlled in a way of its own, and all others. Thread-safe when both are.
 *
 * @param name the one process
 * @param own controls it
 * @param others controls all others
 */
public record ProcessChoice(String name, ProcessControl own, ProcessControl others) implements ProcessControl {
    private ProcessControl of(String process) {
        return process.equals(name) ? own : others;
    }

    @Override
    public void reload(String process) {
        of(process).reload(process);
    }

    @Override
    public void stop(String process) {
        of(process).stop(process);
    }

    @Override
    public ProcessView view(String process) {
        return of(process).view(process);
    }

    @Override
    public Optional<Boolean> runs(String process, String sha256) {
        return of(process).runs(process, sha256);
    }
}
