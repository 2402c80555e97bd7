package io.waystation.http;

import java.util.concurrent.TimeUnit;

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

    private static final long UNKNOWN = -1;

    private final HttpServerRequest request;
    private final Connection connection;
    private final GrowingBody body;
    private final long limit;
    private final Receiver receiver;
    private final long start = System.nanoTime();
    private boolean done;

    private BodyReader(HttpServerRequest request, Connection connection, GrowingBody body, long limit,
            Receiver receiver) {
        this.request = request;
        this.connection = connection;
        this.body = body;
        this.limit = limit;
        this.receiver = receiver;
    }

    /** Reads the body of a request, or refuses it before reading. */
    static void read(HttpServerRequest request, Connection connection, BodyBudget budget, long limit,
            Receiver receiver) {
        long announced = announced(request);
        if (announced > limit) {
            receiver.failed(tooLarge(limit));
        } else if (!budget.hasRoomFor(announced)) {
            receiver.failed(noMemory());
        } else {
            GrowingBody body = new GrowingBody(budget, (int) announced, (int) limit);
            new BodyReader(request, connection, body, limit, receiver).begin();
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
        if (body.length() + (long) chunk.length() > limit) {
            fail(tooLarge(limit));
        } else if (!body.add(chunk.getByteBuf())) {
            fail(noMemory());
        }
    }

    private void complete() {
        if (done) {
            return;
        }
        byte[] whole = body.whole();
        if (whole == null) {
            fail(noMemory());
        } else {
            end();
            receiver.received(whole, body.reserved());
        }
    }

    /** Gives up on a body, with an answer unless the problem is null. */
    void fail(Problem problem) {
        if (!done) {
            end();
            body.drop();
            receiver.failed(problem);
        }
    }

    private void end() {
        done = true;
        connection.bodyEnds(this);
    }

    /** Gives up on a sender that is too slow. */
    void check(long now, HttpSettings limits) {
        long taken = now - start;
        boolean slow = taken > limits.bodyGrace().toNanos()
                && body.length() < limits.bodyRate() * (double) taken / TimeUnit.SECONDS.toNanos(1);
        if (slow || taken > limits.bodyTimeout().toNanos()) {
            fail(Problem.of(408, "request-timeout", "The request's body took too long to arrive: " + body.length()
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
