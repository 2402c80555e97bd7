package io.waystation.journal;

import java.io.Closeable;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Idle read-only connections, the most recently used first, so that a reader rarely opens one. Thread-safe. */
final class SegmentReaders implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentReaders.class);
    private static final int MOST_IDLE = 16;

    private final Deque<SegmentReader> idle = new ArrayDeque<>();
    private boolean closed;

    SegmentReader borrow(SegmentFile file) throws SQLException {
        synchronized (this) {
            for (Iterator<SegmentReader> readers = idle.iterator(); readers.hasNext();) {
                SegmentReader reader = readers.next();
                if (reader.file() == file) {
                    readers.remove();
                    return reader;
                }
            }
        }
        return new SegmentReader(file);
    }

    /** Keeps a connection for the next reader, unless its segment was deleted meanwhile: an open file keeps its room on the disk. */
    void giveBack(SegmentReader reader) {
        SegmentReader superfluous = null;
        synchronized (this) {
            if (closed || reader.file().isRetired()) {
                superfluous = reader;
            } else {
                idle.addFirst(reader);
                if (idle.size() > MOST_IDLE) {
                    superfluous = idle.removeLast();
                }
            }
        }
        if (superfluous != null) {
            discard(superfluous);
        }
    }

    /** Closes the idle connections to a segment. */
    void evict(SegmentFile file) {
        List<SegmentReader> evicted = new ArrayList<>();
        synchronized (this) {
            idle.removeIf(reader -> reader.file() == file && evicted.add(reader));
        }
        evicted.forEach(this::discard);
    }

    void discard(SegmentReader reader) {
        try {
            reader.close();
        } catch (SQLException failed) {
            LOG.debug("Closing a connection to {} failed", reader.file(), failed);
        }
    }

    @Override
    public void close() {
        List<SegmentReader> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(idle);
            idle.clear();
        }
        all.forEach(this::discard);
    }
}
