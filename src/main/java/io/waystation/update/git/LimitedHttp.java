package io.waystation.update.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.Proxy;
import java.net.URL;

import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/**
 * HTTP connections of one reading, which end when the server has sent too much or taken too long. JGit's own time limit is for
 * one read: a server that sends a byte now and then would hold a thread for ever.
 */
final class LimitedHttp implements HttpConnectionFactory {
    private final long end;
    private long left;

    /**
     * Limits from now on.
     *
     * @param nanos time for all connections together
     * @param bytes bytes for all of them together
     */
    LimitedHttp(long nanos, long bytes) {
        this.end = System.nanoTime() + nanos;
        this.left = bytes;
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        return new Connection(url);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        return new Connection(url, proxy);
    }

    private synchronized void count(int read) throws IOException {
        left -= Math.max(0, read);
        if (left < 0) {
            throw new IOException("the server sends too much");
        }
        if (System.nanoTime() - end > 0) {
            throw new IOException("the server takes too long");
        }
    }

    private final class Connection extends JDKHttpConnection {
        private Connection(URL url) throws MalformedURLException, IOException {
            super(url);
        }

        private Connection(URL url, Proxy proxy) throws MalformedURLException, IOException {
            super(url, proxy);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int read = super.read();
                    count(1);
                    return read;
                }

                @Override
                public int read(byte[] buffer, int from, int most) throws IOException {
                    int read = super.read(buffer, from, most);
                    count(read);
                    return read;
                }
            };
        }
    }
}
