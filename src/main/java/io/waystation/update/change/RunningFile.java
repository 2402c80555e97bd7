package io.waystation.update.change;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Proves which file a process runs: {@code /proc/PID/exe} leads to the very file that was executed, also after another
 * one took its name. Thread-safe.
 */
public final class RunningFile {
    /** Start times in /proc have this grain, and boot times are rounded. */
    private static final Duration GRAIN = Duration.ofSeconds(1);
    private static final int MOST_DIGESTS = 1_000;

    private final Path proc;
    private final Map<List<Object>, String> digests = new ConcurrentHashMap<>();

    /** Looks at this machine. */
    public RunningFile() {
        this(Path.of("/proc"));
    }

    RunningFile(Path proc) {
        this.proc = proc;
    }

    /** What runs. */
    public enum State {
        /** Every process of the binary runs the new file and was started after the swap. */
        NEW,
        /** A process still runs another file, or was started before the swap. */
        OLD,
        /** No process runs the binary itself: a script run by an interpreter, or nothing at all. */
        NONE,
        /** This machine has no {@code /proc}, or it may not be read. */
        UNKNOWN
    }

    /**
     * A proof.
     *
     * @param state what runs
     * @param detail with process ids, for a person
     */
    public record Proof(State state, String detail) { }

    /**
     * Looks which file runs.
     *
     * @param binary the binary in use
     * @param sha256 its digest
     * @param swappedAt when it became the one in use; null when that does not matter
     * @param pid the watched process, of which the binary is it or a descendant; 0 when it is not known, then every
     *     process that was started from this path counts
     */
    public Proof check(Path binary, String sha256, Instant swappedAt, long pid) {
        if (!Files.isReadable(proc.resolve("self").resolve("exe"))) {
            return new Proof(State.UNKNOWN, "there is no /proc on this machine");
        }
        try {
            List<Long> found = new ArrayList<>();
            for (long candidate : candidates(pid)) {
                if (runs(candidate, binary)) {
                    found.add(candidate);
                }
            }
            return judge(found, sha256, swappedAt, pid);
        } catch (IOException unreadable) {
            return new Proof(State.UNKNOWN, "/proc cannot be read: " + unreadable.getMessage());
        }
    }

    private Proof judge(List<Long> found, String sha256, Instant swappedAt, long pid) throws IOException {
        for (long process : found) {
            String digest = digest(process);
            if (digest != null && !digest.equals(sha256)) {
                return new Proof(State.OLD, "process " + process + " runs another file (sha256:" + digest + ")");
            }
            if (digest != null && startedBefore(process, swappedAt)) {
                return new Proof(State.OLD, "process " + process + " was started before the swap");
            }
        }
        if (!found.isEmpty()) {
            return new Proof(State.NEW, "process " + found + " runs sha256:" + sha256);
        }
        if (pid > 0 && ProcessHandle.of(pid).isPresent() && startedBefore(pid, swappedAt)) {
            return new Proof(State.OLD, "process " + pid + " was started before the swap");
        }
        return new Proof(State.NONE, "no process runs this file itself");
    }

    private Set<Long> candidates(long pid) throws IOException {
        Set<Long> candidates = new LinkedHashSet<>();
        if (pid > 0) {
            ProcessHandle.of(pid).ifPresent(root -> {
                candidates.add(pid);
                root.descendants().forEach(child -> candidates.add(child.pid()));
            });
            return candidates;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
            all.forEach(process -> candidates.add(Long.parseLong(process.getFileName().toString())));
        }
        return candidates;
    }

    /** By path, also when another file has the path now: the kernel then adds a word to it. */
    private boolean runs(long pid, Path binary) {
        try {
            String exe = Files.readSymbolicLink(proc.resolve(Long.toString(pid)).resolve("exe")).toString();
            String path = binary.toRealPath().toString();
            return exe.equals(path) || exe.equals(path + " (deleted)");
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    private String digest(long pid) {
        Path exe = proc.resolve(Long.toString(pid)).resolve("exe");
        try {
            BasicFileAttributes now = Files.readAttributes(exe, BasicFileAttributes.class);
            List<Object> file = List.of(Objects.toString(now.fileKey()), now.size(), now.lastModifiedTime());
            String known = digests.get(file);
            if (known == null) {
                known = DurableFile.digest(exe);
                if (digests.size() >= MOST_DIGESTS) {
                    digests.clear();
                }
                digests.put(file, known);
            }
            return known;
        } catch (IOException ended) {
            return null;
        }
    }

    private static boolean startedBefore(long pid, Instant swappedAt) {
        Optional<Instant> started = ProcessHandle.of(pid).flatMap(process -> process.info().startInstant());
        return swappedAt != null && started.isPresent() && started.get().isBefore(swappedAt.minus(GRAIN));
    }
}
