package io.waystation.journal;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.event.Position;
import io.waystation.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of one log: which there are, where they stand, and the ones that run in this process.
 *
 * <p>Thread-safe.
 */
public final class Groups implements AutoCloseable {
    /** The log's pins for groups start with this. */
    static final String PIN = "group:";

    private static final Logger LOG = LoggerFactory.getLogger(Groups.class);
    /** What dead letters under way may weigh, one of each group apart. */
    private static final int LETTER_BYTES = 32 << 20;

    private final Means means;
    private final Map<String, Group> running = new ConcurrentHashMap<>();
    private final AutoCloseable queuedListener;

    /**
     * Groups of a log; pins the log for every group the store knows, also those no route consumes now.
     *
     * @param patience how long a group that stops waits for its records that run, and then for their commit
     */
    public Groups(Journal journal, Store store, DeadLetters letters, Clock clock, MeterRegistry meters, Duration patience) {
        ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "journal-group-retries");
            thread.setDaemon(true);
            return thread;
        });
        this.means = new Means(journal, new GroupRows(store, clock), letters, new Semaphore(LETTER_BYTES), clock, meters,
                retries, patience);
        this.queuedListener = letters.onQueued(this::tryLetters);
        means.rows().list().forEach(group -> journal.pin(PIN + group.name(), group.lowWater()));
    }

    /**
     * Starts a group. When this returns its start position is stored, so a restart loses nothing from here on.
     *
     * @param options what to read and how
     * @param executor runs the handler
     * @param handler processes a record and then calls {@link Group#ended}
     * @throws IllegalStateException when the group runs in this process already
     */
    synchronized Group start(GroupOptions options, Executor executor, BiConsumer<GroupRecord, Group> handler) {
        refuseSecond(running.get(options.name()));
        GroupProgress progress = means.rows().open(options.name(), () -> resolve(options));
        long tail = means.journal().tail().offset();
        if (progress.lowWater() > tail) {
            LOG.error("Group {} has finished offset {}, but the log ends at {}: an older log was put in place. The group "
                    + "goes on at its end", options.name(), progress.lowWater(), tail);
            progress = GroupProgress.at(tail);
        } else {
            // what it finished of the newer log is none of the events that come
            progress = GroupProgress.of(progress.lowWater(), progress.finishedOffsets().headSet(tail, true));
        }
        Group group = new Group(options, means, progress, executor, handler);
        refuseSecond(running.putIfAbsent(options.name(), group));
        means.journal().pin(PIN + options.name(), progress.lowWater());
        group.start();
        return group;
    }

    private static void refuseSecond(Group first) {
        if (first != null) {
            throw new IllegalStateException("the group '" + first.name()
                    + "' has a consumer in this hub already; give the second route a group name of its own");
        }
    }

    private long resolve(GroupOptions options) {
        Journal journal = means.journal();
        return switch (options.from()) {
            case "tail" -> journal.newcomersStart();
            case "oldest" -> journal.oldestOffset() - 1;
            default -> Position.parse(options.from())
                    .orElseThrow(() -> new IllegalArgumentException("from of group '" + options.name()
                            + "' must be tail, oldest or a position such as 1767225600000-42, not '" + options.from() + "'"))
                    .offset();
        };
    }

    /** Stops a group; its position and its pin stay. */
    void stop(Group group) {
        group.close();
        running.remove(group.name(), group);
    }

    private void tryLetters(String name) {
        Group group = running.get(name);
        if (group != null) {
            group.tryLetters();
        }
    }

    /** Every group, running or not, by name. */
    public List<GroupStatus> list() {
        long tail = means.journal().tail().offset();
        return means.rows().list().stream().map(stored -> {
            Group group = running.get(stored.name());
            long lowWater = group == null ? stored.lowWater() : group.lowWater();
            return new GroupStatus(stored.name(), lowWater, Math.max(0, tail - lowWater), stored.deadLetters(),
                    group != null, stored.updated());
        }).toList();
    }

    /** Names of groups that should read and do not, because their thread has ended. */
    List<String> stranded() {
        return running.values().stream().filter(Group::isStranded).map(Group::name).sorted().toList();
    }

    /** Events that were lost before a group had read them, newest first. */
    public List<GroupGap> gaps() {
        return means.rows().gaps();
    }

    /**
     * Forgets the position and gaps of a group that no route consumes, so that the log need not keep events for it. Its
     * dead letters stay. A route that consumes it later starts it as a new group.
     *
     * @return whether there was one
     * @throws GroupConsumedException when a route of this hub consumes it
     */
    public synchronized boolean forget(String name) {
        if (running.containsKey(name)) {
            throw new GroupConsumedException(name);
        }
        boolean known = means.rows().forget(name);
        means.journal().unpin(PIN + name);
        return known;
    }

    /** Deletes gaps that are older than dead letters may be. */
    void expireGaps() {
        means.rows().expireGaps(means.letters().keep());
    }

    /** Stops every group. */
    @Override
    public void close() throws Exception {
        running.values().forEach(this::stop);
        queuedListener.close();
        means.retries().shutdownNow();
    }

    /** What every group works with. */
    record Means(Journal journal, GroupRows rows, DeadLetters letters, Semaphore letterBytes, Clock clock,
            MeterRegistry meters, ScheduledExecutorService retries, Duration patience) {
    }
}
