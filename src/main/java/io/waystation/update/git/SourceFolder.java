package io.waystation.update.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;

/**
 * Puts the files of one commit into a folder: a shallow copy, checked out with no branch.
 *
 * <p>The commit is the one that was decided on. If the tag or branch meanwhile leads elsewhere, nothing is checked out. No hook,
 * filter or submodule runs: a build that ran in the folder may have written any of them there. Files that are not upstream's,
 * such as what a build left, stay if upstream ignores them, and go otherwise. One caller at a time for each folder.
 */
public final class SourceFolder {
    private static final String FETCHED = "refs/waystation/wanted";
    private static final int DEPTH_OF_BRANCH = 50;
    private static final Set<String> CORE = Set.of("repositoryformatversion", "filemode", "bare", "symlinks", "ignorecase", "precomposeunicode");

    private final GitTransports transports;

    /** Fetches with the access of these remotes. */
    public SourceFolder(GitRemotes remotes) {
        this.transports = remotes.transports();
    }

    /**
     * Fetches a tag's commit and checks it out.
     *
     * @param folder the folder; made when it is not there
     * @param address as {@link GitAddress} lets it through
     * @param tag the tag, as {@link io.waystation.update.version.RefName} lets it through
     * @param commit the commit it has to name
     * @throws GitException when it cannot be fetched, or names another commit by now
     */
    public void checkOutTag(Path folder, String address, String tag, String commit) {
        transports.within(address, () -> fetch(folder, address, "refs/tags/" + tag, 1, commit));
    }

    /**
     * Fetches a branch and checks a commit of it out.
     *
     * @param branch the branch, whose newest 50 commits must have the commit
     */
    public void checkOutBranch(Path folder, String address, String branch, String commit) {
        transports.within(address, () -> fetch(folder, address, "refs/heads/" + branch, DEPTH_OF_BRANCH, commit));
    }

    private Void fetch(Path folder, String address, String ref, int depth, String commit) throws Exception {
        Path git = folder.resolve(".git");
        if (Files.isSymbolicLink(folder) || Files.exists(git, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS)) {
            throw GitException.refused(folder + " is a link or a worktree of another repository; it must be a folder of its own");
        }
        Files.createDirectories(folder);
        try (Repository repository = new FileRepositoryBuilder().setGitDir(git.toFile()).setWorkTree(folder.toFile()).build()) {
            if (!repository.getObjectDatabase().exists()) {
                repository.create(false);
            }
            disarm(repository.getConfig());
            try (Transport transport = transports.open(repository, address)) {
                transport.setDepth(depth);
                transport.setTagOpt(TagOpt.NO_TAGS);
                transport.fetch(NullProgressMonitor.INSTANCE, List.of(new RefSpec("+" + ref + ":" + FETCHED)));
            }
            checkOut(repository, ref, commit);
        }
        return null;
    }

    private static void checkOut(Repository repository, String ref, String commit) throws Exception {
        ObjectId wanted = ObjectId.fromString(commit);
        ObjectId fetched = repository.resolve(FETCHED + "^{commit}");
        boolean there = wanted.equals(fetched) || ref.startsWith("refs/heads/") && fetched != null && isBefore(repository, wanted, fetched);
        if (!there) {
            throw GitException.refused(ref + " does not lead to " + commit + " any more");
        }
        disarm(repository.getConfig());
        RefUpdate head = repository.updateRef("HEAD", true);
        head.setNewObjectId(wanted);
        head.forceUpdate();
        Git git = new Git(repository);
        git.reset().setMode(ResetCommand.ResetType.HARD).setRef(commit).call();
        git.clean().setCleanDirectories(true).setForce(true).setIgnore(true).call();
    }

    private static boolean isBefore(Repository repository, ObjectId wanted, ObjectId head) throws IOException {
        if (!repository.getObjectDatabase().has(wanted)) {
            return false;
        }
        try (RevWalk walk = new RevWalk(repository)) {
            return walk.isMergedInto(walk.parseCommit(wanted), walk.parseCommit(head));
        }
    }

    /** Forgets, in memory, what a configuration may do but describe the folder: filters, other addresses, hooks, another work tree. */
    private static void disarm(StoredConfig config) {
        for (String section : Set.copyOf(config.getSections())) {
            for (String subsection : Set.copyOf(config.getSubsections(section))) {
                config.unsetSection(section, subsection);
            }
            if (!section.equals("core")) {
                config.unsetSection(section, null);
            } else {
                Set.copyOf(config.getNames(section)).stream().filter(name -> !CORE.contains(name)).forEach(name -> config.unset(section, null, name));
            }
        }
    }
}
