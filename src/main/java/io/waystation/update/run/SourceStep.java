package io.waystation.update.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.camel.Exchange;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

import io.waystation.update.Subsystem;
import io.waystation.update.Upstream;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.git.GitException;
import io.waystation.update.git.SourceFolder;

/** Bean {@code updateSource}: the source in {@code .src} is at the very commit that was decided on. Stateless; blocks. */
public final class SourceStep {
    private final Changes changes;
    private final SourceFolder sources;

    SourceStep(Changes changes, SourceFolder sources) {
        this.changes = changes;
        this.sources = sources;
    }

    /** Fetches the commit, with nothing but Java: no hook, filter or submodule runs. */
    public void fetch(Exchange exchange) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        UpstreamVersion wanted = UpdateSteps.wanted(exchange);
        Upstream upstream = UpdateSteps.upstream(exchange);
        try {
            if (wanted.tag().isEmpty()) {
                sources.checkOutBranch(folder(subsystem), upstream.address(), upstream.branch(), wanted.commit());
            } else {
                sources.checkOutTag(folder(subsystem), upstream.address(), wanted.tag(), wanted.commit());
            }
        } catch (GitException failed) {
            if (failed.isRefused()) {
                throw new UpdateException("source-refused", failed.getMessage());
            }
            throw failed;
        }
    }

    /** Compares the source with the commit that is wanted: what is built must be what was decided on. */
    public void check(Exchange exchange) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        Path source = folder(subsystem);
        UpstreamVersion wanted = UpdateSteps.wanted(exchange);
        if (Files.exists(source.resolve(".git"))) {
            String head = head(source);
            if (!wanted.commit().equals(head)) {
                throw new UpdateException("source-mismatch", "The task left " + source + " at " + head + ", not at "
                        + wanted.label() + " (" + wanted.commit() + "). Its version must come from the environment variable "
                        + subsystem.local().versionVariable() + ".");
            }
        }
    }

    private Path folder(Subsystem subsystem) {
        return changes.folder(subsystem).resolve(".src");
    }

    private static String head(Path source) {
        try (Repository repository = new FileRepositoryBuilder().setWorkTree(source.toFile()).build()) {
            ObjectId head = repository.resolve("HEAD");
            return head == null ? "no commit" : head.name();
        } catch (IOException unreadable) {
            throw new UpdateException("source-unreadable", source + " cannot be read: " + unreadable.getMessage());
        }
    }
}
