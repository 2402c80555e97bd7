package io.waystation.update.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts trees of processes, one at a time in each lane, and ends them whole.
 *
 * <p>A tree's first process waits until its number and start are on disk; only then does it become the program. When the
 * hub dies before that, the process ends by itself; when it dies later, the next hub finds the record, and ends the tree
 * before the lane takes anything new. Where there is {@code setsid}, a tree is a session of its own, so that signals for
 * the hub's terminal do not reach it. On Linux a process is found by its session and by a mark in its environment even
 * when its parents have ended; elsewhere (macOS) only the descendants of a tree's living processes are found.
 *
 * <p>Thread-safe.
 */
public final class ProcessTrees implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTrees.class);
    private static final Pattern LANE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    /** Becomes the program when it is told to; reads the end of its input when the hub has died. */
    private static final String GATE = "read -r go && exec \"$@\" < /dev/null";
    private static final String STOPPING = "the hub stops";
    private static final byte[] GO = "go\n".getBytes(StandardCharsets.US_ASCII);

    private final TreeRecords records;
    private final ProcessTable table;
    private final Duration grace;
    private final Optional<Path> setsid;
    private final Map<String, ProcessTree> running = new ConcurrentHashMap<>();
    private final Map<String, TreeRecord> unending = new ConcurrentHashMap<>();
    private final Set<String> starting = new HashSet<>();
    private final Set<String> leftOver = new HashSet<>();
    private boolean closed;

    private ProcessTrees(TreeRecords records, ProcessTable table, Duration grace, Optional<Path> setsid) {
        this.records = records;
        this.table = table;
        this.grace = grace;
        this.setsid = setsid;
    }

    /**
     * Ends what a former hub left running, then is ready to start trees.
     *
     * @param folder for the records; belongs to this hub alone
     * @param grace time between asking processes to end and killing them
     */
    public static ProcessTrees open(Path folder, Duration grace) {
        return open(folder, grace, ProcessTable.ofThisSystem(), find("setsid", System.getenv("PATH")));
    }

    static ProcessTrees open(Path folder, Duration grace, ProcessTable table, Optional<Path> setsid) {
        ProcessTrees trees = new ProcessTrees(new TreeRecords(folder), table, grace, setsid);
        if (setsid.isEmpty()) {
            LOG.info("There is no setsid: of a tree of processes only the descendants of its living processes are ended");
        }
        try {
            trees.endLeftOver();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the records of processes in " + folder, unreadable);
        }
        return trees;
    }

    private void endLeftOver() throws IOException {
        List<TreeRecord> found = records.all();
        found.forEach(record -> leftOver.add(record.lane()));
        for (TreeRecord record : new TreeEnding(table, grace).end(found)) {
            LOG.error("Processes that a former hub started in lane {} cannot be ended; the lane stays closed", record.lane());
            unending.put(record.lane(), record);
        }
        for (TreeRecord record : found) {
            if (!unending.containsKey(record.lane())) {
                LOG.info("Lane {} was at work when the hub ended: {}", record.lane(), record.command());
                records.delete(record.lane());
            }
        }
    }

    /** Lanes in which a former hub was at work when it ended; what it did there was cut off. */
    public Set<String> leftOver() {
        return Set.copyOf(leftOver);
    }

    /**
     * Starts a tree. Its output is one stream that has to be read to its end, and it has to be closed.
     *
     * @param lane lower-case words joined by dashes
     * @throws ProcessTreeException {@code lane-busy}, {@code process-tree-alive} (an earlier one cannot be ended),
     *     {@code process-not-started}, {@code process-not-recorded} or {@code hub-stopping}
     */
    public ProcessTree start(String lane, Launch launch) {
        if (!LANE.matcher(lane).matches()) {
            throw new IllegalArgumentException("a lane is lower-case words joined by dashes, not '" + lane + "'");
        }
        reserve(lane);
        try {
            endEarlier(lane);
            ProcessTree tree = started(lane, launch);
            running.put(lane, tree);
            endIfStopping(tree);
            return tree;
        } finally {
            synchronized (starting) {
                starting.remove(lane);
            }
        }
    }

    /** Stopping may have looked through the running trees just before this one was among them. */
    private void endIfStopping(ProcessTree tree) {
        boolean stopping;
        synchronized (starting) {
            stopping = closed;
        }
        if (stopping) {
            tree.end(STOPPING);
        }
    }

    private void reserve(String lane) {
        synchronized (starting) {
            if (closed) {
                throw new ProcessTreeException("hub-stopping", "the hub stops; nothing is started any more");
            }
            if (running.containsKey(lane) || !starting.add(lane)) {
                throw new ProcessTreeException("lane-busy", "something runs in lane " + lane + " already; wait for it or cancel it");
            }
        }
    }

    private void endEarlier(String lane) {
        TreeRecord earlier = unending.get(lane);
        if (earlier != null) {
            if (!new TreeEnding(table, grace).end(List.of(earlier)).isEmpty()) {
                throw new ProcessTreeException("process-tree-alive", "process " + earlier.pid() + " or one of its children still"
                        + " runs in lane " + lane + " and cannot be ended; end it by hand");
            }
            unending.remove(lane);
        }
    }

    private ProcessTree started(String lane, Launch launch) {
        String mark = UUID.randomUUID().toString();
        List<String> command = new ArrayList<>();
        setsid.ifPresent(program -> command.add(program.toString()));
        command.addAll(List.of("/bin/sh", "-c", GATE, "sh"));
        command.addAll(launch.command());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(launch.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        builder.environment().put(TreeRecord.VARIABLE, mark);
        Process process;
        try {
            process = builder.start();
        } catch (IOException refused) {
            throw new ProcessTreeException("process-not-started", "cannot start " + launch.command().get(0) + " in "
                    + launch.directory() + ": " + refused.getMessage(), refused);
        }
        try (OutputStream gate = process.getOutputStream()) {
            ProcessEntry entry = table.find(process.pid()).orElseThrow(() -> new IOException("process " + process.pid()
                    + " ended at once with exit code " + process.exitValue()));
            TreeRecord record = new TreeRecord(lane, mark, entry.pid(), entry.start(), setsid.isPresent(), launch.command());
            records.write(record);
            gate.write(GO);
            return new ProcessTree(this, record, process);
        } catch (IOException | RuntimeException failed) {
            process.destroyForcibly(); // still at the gate, so there is no child
            throw new ProcessTreeException("process-not-recorded",
                    "cannot record the process in lane " + lane + ", so it was not let go on: " + failed.getMessage(), failed);
        }
    }

    /** The tree that runs in a lane now. */
    public Optional<ProcessTree> running(String lane) {
        return Optional.ofNullable(running.get(lane));
    }

    /** Ends the processes of a tree; its record and lane stay until it is closed. */
    boolean end(TreeRecord record) {
        return new TreeEnding(table, grace).end(List.of(record)).isEmpty();
    }

    /** Forgets a tree. */
    void closed(TreeRecord record, boolean ended) {
        if (ended) {
            try {
                records.delete(record.lane());
            } catch (IOException undeletable) {
                LOG.warn("The record of lane {} cannot be deleted; it does no harm", record.lane(), undeletable);
            }
        } else {
            LOG.error("Process {} or one of its children in lane {} cannot be ended; the lane stays closed", record.pid(), record.lane());
            unending.put(record.lane(), record);
        }
        running.remove(record.lane());
    }

    /** Ends all trees; nothing is started any more. */
    @Override
    public void close() {
        synchronized (starting) {
            closed = true;
        }
        running.values().parallelStream().forEach(tree -> tree.end(STOPPING));
    }

    /** The absolute path of a program. */
    public static Optional<Path> find(String program, String path) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program).toAbsolutePath().normalize()).filter(Files::isExecutable);
        }
        for (String folder : path == null ? new String[0] : path.split(":")) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder).resolve(program).toAbsolutePath().normalize();
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
