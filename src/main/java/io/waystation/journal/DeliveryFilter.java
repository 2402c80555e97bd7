package io.waystation.journal;

import java.nio.ByteBuffer;

/**
 * A Bloom filter over the delivery hashes of one bucket: a definite no without touching the disk, for all but
 * about one in four hundred new deliveries.
 *
 * <p>Sixteen bits and four probes a hash, for up to {@link #CAPACITY} hashes; one that was stored keeps its size. Not
 * thread-safe.
 */
final class DeliveryFilter {
    /** Hashes it is sized for. */
    static final int CAPACITY = 1 << EventIndex.BUCKET_BITS;

    private static final int WORDS = CAPACITY * 16 / Long.SIZE;
    private static final int PROBES = 4;

    private final long[] words;

    DeliveryFilter() {
        this(WORDS);
    }

    private DeliveryFilter(int size) {
        words = new long[size];
    }

    static DeliveryFilter fromBytes(byte[] bytes) {
        DeliveryFilter filter = new DeliveryFilter(bytes.length / Long.BYTES);
        ByteBuffer.wrap(bytes).asLongBuffer().get(filter.words);
        return filter;
    }

    byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES);
        bytes.asLongBuffer().put(words);
        return bytes.array();
    }

    void add(long hash) {
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(hash, probe);
            words[bit >>> 6] |= 1L << bit;
        }
    }

    boolean mayContain(long hash) {
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(hash, probe);
            if ((words[bit >>> 6] & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Two halves of the hash make all probes (Kirsch and Mitzenmacher). */
    private int bit(long hash, int probe) {
        long mixed = (hash & 0xffffffffL) + probe * (hash >>> 32 | 1);
        return (int) Long.remainderUnsigned(mixed, (long) words.length * Long.SIZE);
    }
}
