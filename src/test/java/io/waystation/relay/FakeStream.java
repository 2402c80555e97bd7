package io.waystation.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;
import io.waystation.http.StreamFrames;

/** A connection of a test: a socket that takes as many bytes as the test lets it. */
final class FakeStream implements ResponseStream {
    private static final long HIGH_WATER = 64 * 1024;

    private final Executor loop;
    private final List<byte[]> queue = new ArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long queued;
    private long mostQueued;
    private boolean stuck;
    private boolean closed;
    private boolean aborted;
    private Error broken;
    private int flushes;
    private Map<String, String> headers;
    private Runnable onWritable = () -> { };
    private Runnable onClose = () -> { };

    FakeStream(Executor loop) {
        this.loop = loop;
    }

    @Override
    public Executor loop() {
        return loop;
    }

    @Override
    public boolean open(int status, Map<String, String> responseHeaders) {
        this.headers = responseHeaders;
        return !closed;
    }

    @Override
    public void hold() {
        // nobody stops this server
    }

    /** From now on every look at the socket fails. */
    void breakWith(Error failure) {
        broken = failure;
    }

    @Override
    public boolean isWritable() {
        if (broken != null) {
            throw broken;
        }
        return !closed && queued < HIGH_WATER;
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    public void write(StreamFrame frame) {
        if (!closed) {
            queue.add(StreamFrames.payload(frame));
            queued += frame.length();
            mostQueued = Math.max(mostQueued, queued - frame.length());
        }
    }

    @Override
    public void flush() {
        flushes++;
        if (!stuck) {
            drain();
        }
    }

    private void drain() {
        boolean full = queued >= HIGH_WATER;
        queue.forEach(received::writeBytes);
        queue.clear();
        queued = 0;
        if (full) {
            loop.execute(onWritable);
        }
    }

    /** The peer stops taking bytes, or goes on. */
    void stick(boolean value) {
        stuck = value;
        if (!value) {
            drain();
        }
    }

    /** The peer leaves. */
    void leave() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }

    @Override
    public void onWritable(Runnable action) {
        onWritable = action;
    }

    @Override
    public void onClose(Runnable action) {
        onClose = action;
        if (closed) {
            action.run();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        leave();
    }

    boolean isAborted() {
        return aborted;
    }

    int flushes() {
        return flushes;
    }

    long mostQueuedBeforeAFrame() {
        return mostQueued;
    }

    Map<String, String> headers() {
        return headers;
    }

    String text() {
        return received.toString(StandardCharsets.UTF_8);
    }

    /** What a client that follows the standard makes of the bytes. */
    List<StreamMessage> messages() {
        List<StreamMessage> messages = new ArrayList<>();
        TestStreams.parse(received.toByteArray(), messages::add);
        return messages;
    }
}
