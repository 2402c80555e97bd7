package io.waystation.update.git;

/**
 * Reads repositories without keeping a copy.
 *
 * <p>Thread-safe. Addresses come from {@link GitAddress}. Costs no rate limit of a forge's API. Git and SSH are loaded when a
 * repository is first read: many hubs never do.
 */
public final class GitRemotes implements AutoCloseable {
    private final GitAccess access;
    private GitTransports transports;

    /** Reads with this access. */
    public GitRemotes(GitAccess access) {
        this.access = access;
    }

    /**
     * Tags, and the head of a branch, as {@code git ls-remote} tells them.
     *
     * @throws GitException when they cannot be read
     */
    public RemoteRefs refs(String address, String branch) {
        return new RemoteReader(transports()).refs(address, branch);
    }

    /**
     * Whether a branch leads on from a commit: its head is that commit, or the commit is among the newest before it (2,000 where
     * the server can leave out files, else 50).
     *
     * @param commit 40 hex digits
     * @throws GitException when it cannot be found out
     */
    public boolean leadsOn(String address, String branch, String commit) {
        return new RemoteReader(transports()).leadsOn(address, branch, commit);
    }

    synchronized GitTransports transports() {
        if (transports == null) {
            transports = new GitTransports(access);
        }
        return transports;
    }

    @Override
    public synchronized void close() {
        if (transports != null) {
            transports.close();
        }
    }
}
