package io.waystation.update.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * What JGit learns of the machine: no configuration of the system or the user, and no {@code GIT_*} variable.
 *
 * <p>Such configuration can replace addresses, name commands for filters, and lead to a git binary that JGit would start to
 * find its configuration. JGit keeps one such reader for the whole process.
 */
final class GitSystem extends SystemReader.Delegate {
    private GitSystem(SystemReader original) {
        super(original);
    }

    /** Lets JGit see nothing else from now on. */
    static synchronized void isolate() {
        if (!(SystemReader.getInstance() instanceof GitSystem)) {
            SystemReader.setInstance(new GitSystem(SystemReader.getInstance()));
        }
    }

    @Override
    public String getenv(String variable) {
        return variable.startsWith("GIT_") ? null : super.getenv(variable);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    /** A configuration without a file. */
    private static final class Nothing extends FileBasedConfig {
        private Nothing(Config parent, FS fs) {
            super(parent, null, fs);
            setBoolean("fetch", null, "autogc", false); // else JGit would collect garbage after a fetch, on a thread of its own
        }

        @Override
        public void load() {
            // there is no file
        }

        @Override
        public void save() {
            // JGit keeps what it measured of the file system here; it measures again after the next start
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
