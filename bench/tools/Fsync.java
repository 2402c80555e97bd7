import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Appends 2 KB and forces it to disk, over and over: the rate every durable figure stands on. */
public final class Fsync {
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]).resolve("fsync-probe");
        long[] nanos = new long[4000];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(2048));
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        } finally {
            Files.deleteIfExists(file);
        }
        long total = Arrays.stream(nanos).sum();
        Arrays.sort(nanos);
        System.out.printf("fsync_per_s=%.0f p50_us=%d p99_us=%d%n", nanos.length / (total / 1e9),
                nanos[nanos.length / 2] / 1000, nanos[nanos.length * 99 / 100] / 1000);
    }
}
