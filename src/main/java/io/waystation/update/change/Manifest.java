package io.waystation.update.change;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code .version-manifest.json}: which version of each subsystem is current, previous, wanted, held or
 * quarantined, and which change is under way. Beside it {@code .version-audit.jsonl} holds every change, hash-chained.
 *
 * <p>A change is first a line of the audit file, on disk, and then a new manifest file, renamed into place; a hub killed
 * in between finds the line and applies it. A lost manifest is made again from the audit file. Thread-safe, and safe
 * between processes by a lock file.
 */
public final class Manifest {
    /** Name of the manifest file. */
    public static final String FILE = ".version-manifest.json";
    /** Name of the audit file. */
    public static final String AUDIT = ".version-audit.jsonl";
    private static final Logger LOG = LoggerFactory.getLogger(Manifest.class);
    private static final long ROLL_AT = 8L << 20;
    /** A lock file is one process's; here its objects take turns, or Java would refuse the second. */
    private static final ConcurrentMap<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private final Path file;
    private final Path lockFile;
    private final AuditTrail audit;
    private final Clock clock;
    private final Boundary boundary;
    private final ReentrantLock lock;
    private Snapshot known;

    private record Content(Instant lastCheck, Map<String, ManifestEntry> subsystems, AuditTrail.Head audit) {
        static Content empty() {
            return new Content(null, Map.of(), AuditTrail.Head.START);
        }
    }

    private record Snapshot(Object version, Content content) { }

    /**
     * What a check of the audit file found.
     *
     * @param changes how many lines there are
     * @param faults what is wrong, with the line's number; empty when all is well
     */
    public record Verification(long changes, List<String> faults) {
        /** Whether the chain is whole and the manifest says what it says. */
        public boolean sound() {
            return faults.isEmpty();
        }
    }

    Manifest(Path folder, Clock clock, Boundary boundary, long rollAt) {
        Path root = folder.toAbsolutePath().normalize();
        this.file = root.resolve(FILE);
        this.lockFile = root.resolve(".version-manifest.lock");
        this.audit = new AuditTrail(root.resolve(AUDIT), rollAt);
        this.clock = clock;
        this.boundary = boundary;
        this.lock = LOCKS.computeIfAbsent(lockFile, unknown -> new ReentrantLock());
    }

    /**
     * Opens, or begins, the manifest of a project, and applies what a killed process left half-done.
     *
     * @param folder root of the project, which exists
     * @throws ChangeException {@code manifest-unavailable} when the folder cannot be written to
     */
    public static Manifest open(Path folder, Clock clock) {
        return open(folder, clock, Boundary.NONE);
    }

    static Manifest open(Path folder, Clock clock, Boundary boundary) {
        return open(folder, clock, boundary, ROLL_AT);
    }

    static Manifest open(Path folder, Clock clock, Boundary boundary, long rollAt) {
        Manifest manifest = new Manifest(folder, clock, boundary, rollAt);
        manifest.locked(manifest::current);
        return manifest;
    }

    /** What is known of a subsystem; an entry with nothing but the name when it is new. */
    public ManifestEntry entry(String subsystem) {
        return entries().getOrDefault(subsystem, ManifestEntry.of(subsystem));
    }

    /** All subsystems by name. */
    public Map<String, ManifestEntry> entries() {
        return read().subsystems();
    }

    /** When the upstreams were last asked. */
    public Optional<Instant> lastCheck() {
        return Optional.ofNullable(read().lastCheck());
    }

    /**
     * Changes one entry; on disk when this returns. An edit that changes nothing writes nothing.
     *
     * @param action what happens, one word or two for the audit file, such as {@code swapped}
     * @param by who or what did it: an operation's id or a person's name
     * @return the entry as it is now
     */
    public ManifestEntry change(String subsystem, String action, String by, UnaryOperator<ManifestEntry> edit) {
        return locked(() -> {
            Content old = current();
            ManifestEntry before = old.subsystems().getOrDefault(subsystem, ManifestEntry.of(subsystem));
            ManifestEntry after = edit.apply(before);
            if (after.equals(before)) {
                return before;
            }
            AuditTrail.Head head = audit.roll(old.audit(), clock.instant(), old.subsystems());
            boundary.reached("audit");
            head = audit.append(head, clock.instant(), action, by, after);
            boundary.reached("audited");
            Map<String, ManifestEntry> entries = new TreeMap<>(old.subsystems());
            entries.put(subsystem, after);
            write(new Content(old.lastCheck(), entries, head));
            boundary.reached("manifest");
            return after;
        });
    }

    /** Notes that the upstreams were asked; no line in the audit file. */
    public void checked(Instant when) {
        locked(() -> {
            Content old = current();
            write(new Content(when, old.subsystems(), old.audit()));
            return null;
        });
    }

    /** Follows the chain of the audit file and compares its end with the manifest. */
    public Verification verify() {
        return locked(() -> {
            Content manifest = current();
            AuditChain chain = new AuditChain();
            audit.each(chain);
            return new Verification(chain.lines(), chain.compare(manifest.audit(), manifest.subsystems()));
        });
    }

    private Content read() {
        lock.lock();
        try {
            return load();
        } catch (IOException unreadable) {
            throw unavailable(unreadable);
        } finally {
            lock.unlock();
        }
    }

    private ChangeException unavailable(IOException why) {
        return ChangeException.failed("manifest-unavailable", file + " cannot be used: " + why, why);
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    private <T> T locked(Step<T> step) {
        lock.lock();
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            Objects.requireNonNull(held);
            return step.run();
        } catch (IOException why) {
            throw unavailable(why);
        } finally {
            lock.unlock();
        }
    }

    /** The manifest with every change of the audit file applied. */
    private Content current() throws IOException {
        Content content = load();
        AuditTrail.Found last = audit.last().orElse(null);
        if (last == null || last.line() == null || last.line().serial() <= content.audit().serial()) {
            return content;
        }
        Map<String, ManifestEntry> entries = new TreeMap<>(content.subsystems());
        audit.each(found -> {
            if (found.line() != null && found.line().serial() > content.audit().serial()) {
                found.line().apply(entries);
            }
        });
        Content caughtUp = new Content(content.lastCheck(), entries, new AuditTrail.Head(last.line().serial(), last.hash()));
        write(caughtUp);
        return caughtUp;
    }

    private Content load() throws IOException {
        Object version = version();
        if (known != null && Objects.equals(known.version(), version)) {
            return known.content();
        }
        Content content = Content.empty();
        if (version != null) {
            try {
                Content found = ManifestCodec.read(Files.readAllBytes(file), Content.class);
                content = new Content(found.lastCheck(), found.subsystems() == null ? Map.of() : found.subsystems(),
                        found.audit() == null ? AuditTrail.Head.START : found.audit());
            } catch (JsonProcessingException damaged) {
                LOG.error("{} is damaged and is made again from the audit file: {}", file, damaged.getOriginalMessage());
            }
        }
        known = new Snapshot(version, content);
        return content;
    }

    private Object version() throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return List.of(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey()));
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    private void write(Content content) throws IOException {
        known = null;
        DurableFile.write(file, ManifestCodec.pretty(content));
        known = new Snapshot(version(), content);
    }
}
