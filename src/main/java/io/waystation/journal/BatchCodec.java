package io.waystation.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/** Turns events into a {@link StoredBatch}. Holds buffers: for one thread only. {@link #decode} is for all. */
final class BatchCodec implements AutoCloseable {
    /** A damaged length must not make us allocate gigabytes: no batch holds more than one body and its headers. */
    private static final long LARGEST_CONTENT = 1L << 30;

    private final ZstdCompressCtx compressor = new ZstdCompressCtx().setLevel(1);
    private final ByteOutput plain = new ByteOutput();
    private final ByteOutput attributes = new ByteOutput();
    private byte[] packed = new byte[1 << 16];

    StoredBatch encode(String channel, long first, long millis, List<Event> events, BatchSummary summary) {
        plain.reset();
        for (Event event : events) {
            EventCodec.encode(event, millis, plain);
        }
        int most = (int) Zstd.compressBound(plain.size());
        byte[] target = most <= 4 << 20 ? reuse(most) : new byte[most];
        int size = compressor.compressByteArray(target, 0, target.length, plain.array(), 0, plain.size());
        byte[] content = Arrays.copyOf(target, size);
        byte[] attributeBytes = summary.encode(attributes);
        StoredBatch unsigned = new StoredBatch(
                first, events.size(), millis, channel, attributeBytes, EventCodec.FORMAT, 0, content);
        return new StoredBatch(first, events.size(), millis, channel, attributeBytes, EventCodec.FORMAT,
                checksum(unsigned), content);
    }

    /**
     * Reads the events back.
     *
     * @param decompressor of the calling thread for as long as this takes; a new one for each batch costs as much as what it does
     * @throws DamagedBatchException when the checksum or the content is wrong
     */
    static Batch decode(StoredBatch stored, ZstdDecompressCtx decompressor) throws DamagedBatchException {
        if (stored.checksum() != checksum(stored)) {
            throw new DamagedBatchException("checksum does not match", null);
        }
        if (stored.format() != EventCodec.FORMAT) {
            throw new DamagedBatchException("unknown format " + stored.format(), null);
        }
        try {
            long size = Zstd.getFrameContentSize(stored.content());
            if (size < 0 || size > LARGEST_CONTENT) {
                throw new DamagedBatchException("content size " + size, null);
            }
            ByteInput in = new ByteInput(decompressor.decompress(stored.content(), (int) size));
            List<PositionedEvent> events = new ArrayList<>(stored.count());
            for (int i = 0; i < stored.count(); i++) {
                Event event = EventCodec.decode(stored.channel(), stored.millis(), in);
                events.add(new PositionedEvent(new Position(stored.millis(), stored.first() + i), event));
            }
            return Batch.of(stored.channel(), BatchSummary.decode(stored.summary()), events);
        } catch (RuntimeException unreadable) {
            throw new DamagedBatchException("content cannot be read", unreadable);
        }
    }

    static long checksum(StoredBatch batch) {
        CRC32C crc = new CRC32C();
        ByteBuffer numbers = ByteBuffer.allocate(24);
        numbers.putLong(batch.first()).putInt(batch.count()).putLong(batch.millis()).putInt(batch.format()).flip();
        crc.update(numbers);
        crc.update(batch.channel().getBytes(StandardCharsets.UTF_8));
        crc.update(batch.summary());
        crc.update(batch.content());
        return crc.getValue();
    }

    private byte[] reuse(int most) {
        if (packed.length < most) {
            packed = new byte[most];
        }
        return packed;
    }

    @Override
    public void close() {
        compressor.close();
    }
}
