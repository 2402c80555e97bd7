package io.waystation.http;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;

/**
 * Bytes of one request body as they arrive. Every array is counted in the budget before it is made, also while two hold
 * the same bytes, and none is made for bytes that were only announced until half of them are here: a sender who
 * announces much and sends little takes little.
 *
 * <p>Not thread-safe.
 */
final class GrowingBody {
    private static final byte[] NOTHING = {};
    private static final int FIRST_PIECE = 2 << 10;
    /** Small enough for the garbage collector to put it where there is room. */
    private static final int LARGEST_PIECE = 256 << 10;

    private final BodyBudget budget;
    /** Bytes in all, or -1 where nobody said. */
    private final int announced;
    private final int limit;
    private final List<byte[]> pieces = new ArrayList<>(1);
    private byte[] last = NOTHING;
    private int lastLength;
    private int length;
    private int reserved;

    GrowingBody(BodyBudget budget, int announced, int limit) {
        this.budget = budget;
        this.announced = announced;
        this.limit = limit;
    }

    /** Bytes of the budget that one body may need while it is put together, where bodies have at most so many bytes. */
    static long mostFor(long limit) {
        return 2 * limit;
    }

    /** Bytes that are here. */
    int length() {
        return length;
    }

    /** Bytes of the budget that are ours. */
    int reserved() {
        return reserved;
    }

    /**
     * Takes all of the data in, which must not make the body larger than its limit; false when the budget has no room
     * for it, and then only {@link #drop} is left to do.
     */
    boolean add(ByteBuf data) {
        int more = data.readableBytes();
        int size = Math.max(announced, length + more);
        if (length == 0 && more == size && isWholeArray(data)) {
            return adopt(data.array()); // Vert.x made it for us alone
        }
        if (reserved < size && size == announced && length + more >= announced / 2 && !join(size)) {
            return false;
        }
        int from = data.readerIndex();
        while (more > 0) {
            if (lastLength == last.length && !addPiece(size)) {
                return false;
            }
            int fits = Math.min(more, last.length - lastLength);
            data.getBytes(from, last, lastLength, fits);
            from += fits;
            more -= fits;
            lastLength += fits;
            length += fits;
        }
        return true;
    }

    private static boolean isWholeArray(ByteBuf data) {
        return data.hasArray() && data.arrayOffset() == 0 && data.readerIndex() == 0
                && data.array().length == data.readableBytes();
    }

    private boolean adopt(byte[] whole) {
        if (!budget.take(whole.length, whole.length)) {
            return false;
        }
        reserved = whole.length;
        length = whole.length;
        begin(whole, whole.length);
        return true;
    }

    private boolean addPiece(int size) {
        int room = (size == announced ? announced : limit) - reserved;
        int capacity = Math.min(room, Math.max(FIRST_PIECE, Math.min(reserved, LARGEST_PIECE)));
        if (!budget.take(capacity, size)) {
            return false;
        }
        reserved += capacity;
        begin(new byte[capacity], 0);
        return true;
    }

    private void begin(byte[] piece, int filled) {
        pieces.add(piece);
        last = piece;
        lastLength = filled;
    }

    /** Makes one array of all pieces, with room for this many bytes. */
    private boolean join(int size) {
        if (!budget.take(size, size)) {
            return false;
        }
        byte[] whole = new byte[size];
        int copied = 0;
        for (byte[] piece : pieces) {
            int filled = Math.min(piece.length, length - copied);
            System.arraycopy(piece, 0, whole, copied, filled);
            copied += filled;
        }
        pieces.clear();
        begin(whole, length);
        budget.giveBack(reserved);
        reserved = size;
        return true;
    }

    /** The whole body, for which {@link #reserved} bytes are taken; null when the budget has no room to put it together. */
    byte[] whole() {
        boolean isOne = pieces.size() == 1 && last.length == length;
        return isOne || length == 0 || join(length) ? last : null;
    }

    /** Forgets all bytes and gives back what was taken for them. */
    void drop() {
        budget.giveBack(reserved);
        reserved = 0;
        pieces.clear();
        last = NOTHING;
    }
}
