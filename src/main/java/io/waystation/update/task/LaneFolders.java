package io.waystation.update.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.commons.io.FileUtils;

/**
 * A folder of its own for each lane, in which {@code task} keeps its fingerprints: two tasks that share one do so without
 * a lock.
 */
final class LaneFolders {
    private final Path root;

    LaneFolders(Path root) {
        this.root = root;
    }

    /** The folder of a lane, made if it is not there. */
    Path of(String lane) throws IOException {
        return Files.createDirectories(root.resolve(lane));
    }

    /**
     * Forgets what the lane's tasks were made from. {@code task} writes that down before it starts a command, so that a
     * task that was killed would count as up to date with half a result. All of the lane's are forgotten, because the
     * poisoned one may belong to a task that the run's own depends on.
     *
     * @see <a href="https://github.com/go-task/task/issues/1178">go-task issue 1178</a>
     */
    void forgetFingerprints(String lane) throws IOException {
        FileUtils.deleteDirectory(root.resolve(lane).toFile());
    }
}
