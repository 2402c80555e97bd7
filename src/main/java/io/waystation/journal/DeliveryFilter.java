package io.waystation.journal;

import java.nio.ByteBuffer;

/**
 * A Bloom filter over the delivery hashes of one bucket: a definite no without touching the disk, for all but
 * about one in twenty thousand new deliveries. Each is asked of every bucket, and of every post of a commit: at one in
 * four hundred nearly every commit read the store.
 *
 * <p>24 bits and eight probes a hash, for up to {@link #CAPACITY} hashes; one that was stored with fewer bits keeps them,
 * and their four probes. Not thread-safe.
 */
final class DeliveryFilter {
    /** Hashes it is sized for. */
    static final int CAPACITY = 1 << EventIndex.BUCKET_BITS;

    private static final int WORDS = CAPACITY * 24 / Long.SIZE;
    private static final int PROBES = 8;
    private static final int PROBES_OF_SMALLER = 4;

    private final long[] words;
    private final int probes;

    DeliveryFilter() {
        this(WORDS);
    }

    private DeliveryFilter(int size) {
        words = new long[size];
        probes = size < WORDS ? PROBES_OF_SMALLER : PROBES;
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
        for (int probe = 0; probe < probes; probe++) {
            int bit = bit(hash, probe);
            words[bit >>> 6] |= 1L << bit;
        }
    }

    boolean mayContain(long hash) {
        for (int probe = 0; probe < probes; probe++) {
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
        return (int) (mixed % ((long) words.length * Long.SIZE));
    }
}
