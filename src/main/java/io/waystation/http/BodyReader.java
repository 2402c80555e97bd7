package io.waystation.http;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * Collects a request body, byte for byte, within a size, a time, a rate and a share of memory.
 *
 * <p>Used on the connection's event loop only.
 */
final class BodyReader {
    /** Receives the outcome, exactly one of the two. */
    interface Receiver {
        /** The body is complete; {@code reserved} bytes of the budget now belong to the receiver. */
        void received(byte[] body, long reserved);

        /** There will be no body; nothing is reserved. A null problem means that the peer has left. */
        void failed(Problem problem);
    }

    private static final byte[] NOTHING = {};
    private static final int FIRST_CAPACITY = 2048;
    private static final long UNKNOWN = -1;

    private final HttpServerRequest request;
    private final Connection connection;
    private final BodyBudget budget;
    private final long limit;
    private final Receiver receiver;
    private final long start = System.nanoTime();
    private byte[] bytes = NOTHING;
    private int length;
    /** Bytes of the budget that are ours; there may be no array for them yet. */
    private int reserved;
    private boolean done;

    private BodyReader(HttpServerRequest request, Connection connection, BodyBudget budget, long limit,
            Receiver receiver) {
        this.request = request;
        this.connection = connection;
        this.budget = budget;
        this.limit = limit;
        this.receiver = receiver;
    }

    /** Reads the body of a request, or refuses it before reading. */
    static void read(HttpServerRequest request, Connection connection, BodyBudget budget, long limit,
            Receiver receiver) {
        long announced = announced(request);
        if (announced > limit) {
            receiver.failed(tooLarge(limit));
        } else if (announced > 0 && !budget.take(announced)) {
            receiver.failed(noMemory());
        } else {
            BodyReader reader = new BodyReader(request, connection, budget, limit, receiver);
            reader.reserved = (int) Math.max(0, announced);
            reader.begin();
        }
    }

    private static long announced(HttpServerRequest request) {
        String text = request.getHeader("content-length");
        if (text == null) {
            return UNKNOWN;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException malformed) {
            return UNKNOWN; // the decoder has refused it for HTTP/1.1; what arrives is counted in any case
        }
    }

    private void begin() {
        connection.bodyBegins(this);
        request.exceptionHandler(failure -> fail(null));
        request.handler(this::append);
        request.endHandler(end -> complete());
        String expect = request.getHeader("expect");
        if ("100-continue".equalsIgnoreCase(expect)) {
            request.response().writeContinue();
        }
    }

    private void append(Buffer chunk) {
        if (done) {
            return;
        }
        int more = chunk.length();
        if (length + (long) more > limit) {
            fail(tooLarge(limit));
            return;
        }
        ByteBuf data = chunk.getByteBuf();
        if (length == 0 && more == reserved && isWholeArray(data, more)) {
            bytes = data.array(); // Vert.x made it for us alone
        } else if (length + more <= bytes.length || grow(length + more)) {
            data.getBytes(0, bytes, length, more);
        } else {
            fail(noMemory());
            return;
        }
        length += more;
    }

    private static boolean isWholeArray(ByteBuf data, int size) {
        return data.hasArray() && data.arrayOffset() == 0 && data.readerIndex() == 0 && data.array().length == size;
    }

    private boolean grow(int needed) {
        int capacity = needed <= reserved
                ? reserved
                : (int) Math.min(limit, Math.max(needed, Math.max(FIRST_CAPACITY, reserved * 2L)));
        if (capacity > reserved && !budget.take(capacity - reserved)) {
            return false;
        }
        reserved = capacity;
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    private void complete() {
        if (end()) {
            receiver.received(length == bytes.length ? bytes : Arrays.copyOf(bytes, length), reserved);
        }
    }

    private void fail(Problem problem) {
        if (end()) {
            budget.giveBack(reserved);
            bytes = NOTHING;
            receiver.failed(problem);
        }
    }

    private boolean end() {
        if (done) {
            return false;
        }
        done = true;
        connection.bodyEnds(this);
        return true;
    }

    /** Gives up on a sender that is too slow. */
    void check(long now, HttpSettings limits) {
        long taken = now - start;
        boolean slow = taken > limits.bodyGrace().toNanos()
                && length < limits.bodyRate() * (double) taken / TimeUnit.SECONDS.toNanos(1);
        if (slow || taken > limits.bodyTimeout().toNanos()) {
            fail(Problem.of(408, "request-timeout", "The request's body took too long to arrive: " + length
                    + " bytes in " + TimeUnit.NANOSECONDS.toSeconds(taken) + " s. Nothing was kept."));
        }
    }

    private static Problem tooLarge(long limit) {
        return Problem.of(413, "body-too-large",
                "The body is larger than " + limit + " bytes. Nothing was kept.");
    }

    private static Problem noMemory() {
        return Problem.retryLater("overloaded",
                "Too many request bodies are being received at once. Nothing was kept; send it again.");
    }
}
