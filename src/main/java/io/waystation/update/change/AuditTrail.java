package io.waystation.update.change;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.codec.digest.DigestUtils;

/**
 * An append-only file of what changed in the manifest, one JSON object a line, each with the hash of the line before.
 *
 * <p>A line ends with {@code ,"hash":"<hex>"}}: the SHA-256 of the line without that member. It names the hash of the
 * line before it as {@code previous}, so that no line can be changed, dropped or put in between unseen. A line is on
 * disk before its change is, which makes this file the write-ahead log of the manifest. A line without its end was
 * never acknowledged and is cut off. Not thread-safe: the manifest holds its lock.
 */
final class AuditTrail {
    private static final String NONE = "0".repeat(64);
    private static final int LONGEST_LINE = 1 << 20;
    private static final int TAIL = ",\"hash\":\"\"}".length() + 64;

    private final Path file;
    private final long rollAt;

    /** @param rollAt bytes at which the file is put aside and a new one begun with a snapshot */
    AuditTrail(Path file, long rollAt) {
        this.file = file;
        this.rollAt = rollAt;
    }

    /** Where the chain ends. */
    record Head(long serial, String hash) {
        static final Head START = new Head(0, NONE);
    }

    /**
     * One change.
     *
     * @param entry what the manifest says of the subsystem from now on
     * @param entries all subsystems, in the first line of a further file; else null
     */
    record Line(long serial, Instant time, String action, String by, String subsystem, ManifestEntry entry,
            Map<String, ManifestEntry> entries, String previous) {
        /** Makes the entries say what this line says. */
        void apply(Map<String, ManifestEntry> all) {
            if (entries != null) {
                all.clear();
                all.putAll(entries);
            }
            if (entry != null) {
                all.put(subsystem, entry);
            }
        }
    }

    /** A line as it stands in the file. */
    record Found(Line line, String hash, boolean whole) { }

    /** Appends a change after a head and returns the new head. */
    Head append(Head head, Instant time, String action, String by, ManifestEntry entry) throws IOException {
        return write(new Line(head.serial() + 1, time, action, by, entry.name(), entry, null, head.hash()));
    }

    private Head write(Line line) throws IOException {
        String body = new String(ManifestCodec.line(line), StandardCharsets.UTF_8);
        String hash = DigestUtils.sha256Hex(body);
        String text = body.substring(0, body.length() - 1) + ",\"hash\":\"" + hash + "\"}\n";
        DurableFile.append(file, text.getBytes(StandardCharsets.UTF_8));
        return new Head(line.serial(), hash);
    }

    /** Begins a new file when this one is long; the first line of the new one is a snapshot. */
    Head roll(Head head, Instant time, Map<String, ManifestEntry> entries) throws IOException {
        if (!Files.exists(file) || Files.size(file) < rollAt) {
            return head;
        }
        String name = file.getFileName().toString().replaceFirst("\\.jsonl$", "");
        DurableFile.rename(file, file.resolveSibling(String.format("%s.%012d.jsonl", name, head.serial())));
        return write(new Line(head.serial() + 1, time, "snapshot", "waystation", null, null, entries, head.hash()));
    }

    /** The last whole line, or empty; a line without an end is cut off first. */
    Optional<Found> last() throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            List<Path> older = older();
            return older.isEmpty() ? Optional.empty() : lastOf(older.get(older.size() - 1));
        }
        return lastOf(file);
    }

    private Optional<Found> lastOf(Path path) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(path.toFile(), "rw")) {
            byte[] tail = new byte[(int) Math.min(content.length(), 2L * LONGEST_LINE)];
            content.seek(content.length() - tail.length);
            content.readFully(tail);
            int end = tail.length;
            while (end > 0 && tail[end - 1] != '\n') {
                end--;
            }
            if (end < tail.length) {
                content.setLength(content.length() - (tail.length - end));
                content.getFD().sync();
            }
            if (end == 0) {
                return Optional.empty();
            }
            int start = end - 1;
            while (start > 0 && tail[start - 1] != '\n') {
                start--;
            }
            return Optional.of(read(new String(tail, start, end - 1 - start, StandardCharsets.UTF_8)));
        }
    }

    private static Found read(String text) throws IOException {
        if (text.length() < TAIL) {
            return new Found(null, null, false);
        }
        String body = text.substring(0, text.length() - TAIL) + "}";
        String hash = text.substring(text.length() - 66, text.length() - 2);
        boolean whole = text.startsWith(",\"hash\":\"", text.length() - TAIL)
                && hash.equals(DigestUtils.sha256Hex(body));
        try {
            return new Found(ManifestCodec.read(body.getBytes(StandardCharsets.UTF_8), Line.class), hash, whole);
        } catch (IOException noJson) {
            return new Found(null, hash, false);
        }
    }

    /** Takes every line of every file, oldest first. */
    interface Visitor {
        void visit(Found found);
    }

    /** Shows every line of every file, oldest first. */
    void each(Visitor visitor) throws IOException {
        List<Path> files = new ArrayList<>(older());
        if (Files.exists(file)) {
            files.add(file);
        }
        for (Path path : files) {
            try (BufferedReader lines = Files.newBufferedReader(path)) {
                for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                    visitor.visit(read(text));
                }
            }
        }
    }

    private List<Path> older() throws IOException {
        String name = file.getFileName().toString().replaceFirst("\\.jsonl$", "");
        try (Stream<Path> siblings = Files.list(file.getParent())) {
            return siblings.filter(path -> path.getFileName().toString().matches(
                            Pattern.quote(name) + "\\.\\d{12}\\.jsonl"))
                    .sorted(Comparator.comparing(path -> path.getFileName().toString())).toList();
        }
    }
}
