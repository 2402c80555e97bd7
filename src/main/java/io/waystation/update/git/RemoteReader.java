package io.waystation.update.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.FilterSpec;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.Transport;

/** How {@link GitRemotes} reads, with JGit. Thread-safe. */
final class RemoteReader {
    private static final int MOST_REFS = 200_000;
    private static final int DEPTH = 2_000;
    private static final int DEPTH_WITH_FILES = 50;

    private final GitTransports transports;

    RemoteReader(GitTransports transports) {
        this.transports = transports;
    }

    RemoteRefs refs(String address, String branch) {
        return transports.within(address, () -> {
            List<RefSpec> wanted = List.of(new RefSpec("refs/tags/*:refs/tags/*"), new RefSpec("refs/heads/" + branch + ":refs/heads/wanted"));
            try (Transport transport = transports.open(null, address); FetchConnection connection = transport.openFetch(wanted)) {
                List<RemoteTag> tags = new ArrayList<>();
                Optional<String> head = Optional.empty();
                for (Ref ref : connection.getRefs()) {
                    ObjectId id = ref.getPeeledObjectId() != null ? ref.getPeeledObjectId() : ref.getObjectId();
                    if (id == null) {
                        continue;
                    }
                    if (ref.getName().startsWith(Constants.R_TAGS)) {
                        tags.add(new RemoteTag(ref.getName().substring(Constants.R_TAGS.length()), id.name()));
                    } else if (ref.getName().equals(Constants.R_HEADS + branch)) {
                        head = Optional.of(id.name());
                    }
                }
                if (tags.size() > MOST_REFS) {
                    throw GitException.refused(address + " has " + tags.size() + " tags; at most " + MOST_REFS + " are read");
                }
                return new RemoteRefs(tags, head);
            }
        });
    }

    boolean leadsOn(String address, String branch, String commit) {
        return transports.within(address, () -> {
            Path folder = Files.createTempDirectory("waystation-history");
            try (Repository history = new FileRepositoryBuilder().setGitDir(folder.toFile()).setBare().build()) {
                history.create(true);
                ObjectId head = fetchHistory(history, address, branch);
                ObjectId before = ObjectId.fromString(commit);
                if (!history.getObjectDatabase().has(before)) {
                    return false;
                }
                try (RevWalk walk = new RevWalk(history)) {
                    return walk.isMergedInto(walk.parseCommit(before), walk.parseCommit(head));
                }
            } finally {
                delete(folder);
            }
        });
    }

    private ObjectId fetchHistory(Repository history, String address, String branch) throws Exception {
        try {
            return fetchHistory(history, address, branch, DEPTH, "tree:0");
        } catch (TransportException noFilter) {
            return fetchHistory(history, address, branch, DEPTH_WITH_FILES, null); // the server cannot leave out files
        }
    }

    private ObjectId fetchHistory(Repository history, String address, String branch, int depth, String filter) throws Exception {
        try (Transport transport = transports.open(history, address)) {
            transport.setDepth(depth);
            if (filter != null) {
                transport.setFilterSpec(FilterSpec.fromFilterLine(filter));
            }
            RefSpec head = new RefSpec("+refs/heads/" + branch + ":refs/heads/upstream");
            transport.fetch(NullProgressMonitor.INSTANCE, List.of(head));
        }
        return history.resolve("refs/heads/upstream");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
