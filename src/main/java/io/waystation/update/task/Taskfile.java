package io.waystation.update.task;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where {@code task} finds the Taskfile of a folder. */
public final class Taskfile {
    private static final List<String> NAMES = List.of("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml",
            "Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml");

    private Taskfile() {
    }

    /** The Taskfile in a folder itself; unlike {@code task}, never one of a folder above it. */
    public static Optional<Path> in(Path folder) {
        return NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }
}
