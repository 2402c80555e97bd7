package io.waystation.update.git;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;

/**
 * Opens connections to repositories, and runs what uses them within the time limit.
 *
 * <p>Thread-safe. Nothing here asks a person, and no program is started: HTTPS with a token, SSH with keys and known hosts.
 */
final class GitTransports implements AutoCloseable {
    private static final int THREADS = 8;

    private final GitAccess access;
    private final SshSessionFactory ssh;
    private final ExecutorService threads;

    GitTransports(GitAccess access) {
        GitSystem.isolate();
        this.access = access;
        File home = access.home().toFile();
        this.ssh = new SshdSessionFactoryBuilder()
                .setPreferredAuthentications("publickey")
                .setHomeDirectory(home)
                .setSshDirectory(new File(home, ".ssh"))
                .build(null);
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "git-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Something that talks to a server. */
    interface Talk<T> {
        T run() throws Exception;
    }

    /**
     * Runs something within the time limit; after it the caller goes on, and the thread ends with its next read.
     *
     * @throws GitException whatever went wrong
     */
    <T> T within(String address, Talk<T> talk) {
        Future<T> running = threads.submit(talk::run);
        try {
            return running.get(access.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            running.cancel(true);
            throw GitException.unavailable(address + " did not answer within " + access.timeout().toSeconds() + " s", late);
        } catch (InterruptedException stopped) {
            running.cancel(true);
            Thread.currentThread().interrupt();
            throw GitException.unavailable("the hub is stopping", stopped);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof GitException known) {
                throw known;
            }
            throw GitException.unavailable(address + " cannot be read: " + failed.getCause().getMessage(), failed.getCause());
        }
    }

    /**
     * Opens a connection to an allowed address.
     *
     * @param local repository to fetch into, or null when only refs are read
     * @param address as {@link GitAddress} lets it through
     */
    Transport open(Repository local, String address) throws NotSupportedException, TransportException, URISyntaxException {
        URIish uri = new URIish(address);
        Transport transport = local == null ? Transport.open(uri) : Transport.open(local, uri);
        transport.setTimeout((int) Math.max(1, access.timeout().toSeconds()));
        transport.setCredentialsProvider(new Token());
        if (transport instanceof TransportHttp http) {
            http.setHttpConnectionFactory(new LimitedHttp(access.timeout().toNanos(), access.largest()));
        } else if (transport instanceof SshTransport shell) {
            shell.setSshSessionFactory(ssh);
        }
        return transport;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Gives the token to the one host it is for, and nothing to anybody else: a server may redirect. */
    private final class Token extends CredentialsProvider {
        @Override
        public boolean isInteractive() {
            return false;
        }

        @Override
        public boolean supports(CredentialItem... items) {
            return true;
        }

        @Override
        public boolean get(URIish uri, CredentialItem... items) {
            URI ours = access.tokenFor();
            Optional<String> token = access.token().map(secret -> secret.text());
            boolean isOurs = ours.getScheme().equals(uri.getScheme()) && ours.getHost().equalsIgnoreCase(uri.getHost())
                    && ours.getPort() == uri.getPort();
            if (token.isEmpty() || !isOurs) {
                return false;
            }
            for (CredentialItem item : items) {
                if (item instanceof CredentialItem.Username user) {
                    user.setValue("x-access-token");
                } else if (item instanceof CredentialItem.Password password) {
                    password.setValue(token.get().toCharArray());
                } else {
                    return false;
                }
            }
            return true;
        }
    }
}
