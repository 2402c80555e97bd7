package io.waystation.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import io.waystation.store.Store;
import io.waystation.store.Work;
import org.jdbi.v3.core.Handle;

/** What groups keep in the store: their progress, the gaps they met, and the transaction that commits records. */
final class GroupRows {
    private static final int LISTED_GAPS = 1_000;

    private final Store store;
    private final Clock clock;

    GroupRows(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Progress of a group; a group seen for the first time starts where the supplier says, durably. */
    GroupProgress open(String group, LongSupplier start) {
        return find(group).orElseGet(() -> {
            long offset = start.getAsLong();
            long now = clock.millis();
            store.writeNow(handle -> handle.createUpdate("INSERT INTO log_group (name, low_water, finished, created_at, "
                            + "updated_at) VALUES (:name, :low, '', :now, :now)")
                    .bind("name", group).bind("low", offset).bind("now", now).execute());
            return GroupProgress.at(offset);
        });
    }

    private Optional<GroupProgress> find(String group) {
        return store.read(handle -> handle.createQuery("SELECT low_water, finished FROM log_group WHERE name = :name")
                .bind("name", group)
                .map((rows, context) -> new GroupProgress(rows.getLong("low_water"), rows.getString("finished")))
                .findOne());
    }

    /** Every group the store knows; lag and whether it runs are for the caller to fill in. */
    List<GroupStatus> list() {
        return store.read(handle -> handle.createQuery("SELECT g.name, g.low_water, g.updated_at, (SELECT count(*) FROM "
                        + "dead_letter d WHERE d.group_name = g.name) AS letters FROM log_group g ORDER BY g.name")
                .map((rows, context) -> new GroupStatus(rows.getString("name"), rows.getLong("low_water"), 0,
                        rows.getLong("letters"), false, Instant.ofEpochMilli(rows.getLong("updated_at"))))
                .list());
    }

    /** Deletes a group's position and gaps; its dead letters stay. */
    boolean forget(String group) {
        return store.writeNow(handle -> {
            handle.createUpdate("DELETE FROM group_gap WHERE group_name = :name").bind("name", group).execute();
            return handle.createUpdate("DELETE FROM log_group WHERE name = :name").bind("name", group).execute() > 0;
        });
    }

    /** Gaps, newest first. */
    List<GroupGap> gaps() {
        return store.read(handle -> handle.createQuery("SELECT group_name, after_offset, last_offset, lost, created_at "
                        + "FROM group_gap ORDER BY created_at DESC LIMIT :limit").bind("limit", LISTED_GAPS)
                .map((rows, context) -> new GroupGap(rows.getString("group_name"), rows.getLong("after_offset"),
                        rows.getLong("last_offset"), rows.getLong("lost"),
                        Instant.ofEpochMilli(rows.getLong("created_at"))))
                .list());
    }

    /** Deletes gaps that are older. */
    int expireGaps(Duration age) {
        long before = clock.instant().minus(age).toEpochMilli();
        return store.writeNow(handle -> handle.createUpdate("DELETE FROM group_gap WHERE created_at < :before")
                .bind("before", before).execute());
    }

    /**
     * Commits, in one transaction, the effects of records that went well, dead letters of those that did not,
     * and the progress that counts all of them as done.
     *
     * @return the records that became dead letters, or are dead letters again
     */
    CompletableFuture<Set<GroupRecord>> commit(String group, List<GroupRecord> records, GroupProgress progress, List<GroupGap> gaps) {
        return store.write(handle -> {
            Set<GroupRecord> failed = new HashSet<>();
            for (GroupRecord record : records) {
                if (!commitRecord(handle, group, record)) {
                    failed.add(record);
                }
            }
            for (GroupGap gap : gaps) {
                insert(handle, gap);
            }
            int updated = handle.createUpdate("UPDATE log_group SET low_water = :low, finished = :finished, updated_at = "
                            + ":now WHERE name = :name").bind("low", progress.lowWater())
                    .bind("finished", progress.finished()).bind("now", clock.millis()).bind("name", group).execute();
            if (updated == 0) {
                throw new IllegalStateException("the group '" + group + "' is no longer in the store");
            }
            return failed;
        });
    }

    private boolean commitRecord(Handle handle, String group, GroupRecord record) throws Exception {
        GroupRecord.Failure failure = record.failure() == null ? runEffects(handle, record) : record.failure();
        DeadLetter letter = record.letter();
        if (failure == null) {
            if (letter != null) {
                DeadLetterRows.delete(handle, letter.id());
            }
        } else if (letter != null) {
            DeadLetterRows.update(handle, letter, failure, clock.millis());
        } else {
            DeadLetterRows.insert(handle, group, record.event(), failure, clock.millis());
        }
        return failure == null;
    }

    /**
     * Runs a record's effects so that a failing one undoes only this record's; batches are tried again as a whole. The whole
     * commit fails when a failure has ended the transaction (a full disk).
     */
    private static GroupRecord.Failure runEffects(Handle handle, GroupRecord record) throws Exception {
        List<Work<?>> effects = record.effects();
        if (effects.isEmpty()) {
            return null;
        }
        if (record.isSeveral()) {
            try {
                for (Work<?> effect : effects) {
                    effect.run(handle);
                }
                return null;
            } catch (Throwable e) { // an error too is the failure of this batch only
                if (Store.losesTransaction(e)) {
                    throw e;
                }
                throw new BatchEffectException(record, e);
            }
        }
        Connection connection = handle.getConnection();
        Savepoint savepoint = connection.setSavepoint();
        try {
            for (Work<?> effect : effects) {
                effect.run(handle);
            }
            connection.releaseSavepoint(savepoint);
            return null;
        } catch (Throwable e) { // an error too is the failure of this record only
            if (Store.losesTransaction(e) || !isUndone(connection, savepoint, e)) {
                throw e;
            }
            return new GroupRecord.Failure(e, null, 1);
        }
    }

    /** Whether everything since a savepoint is undone; if not, the reason says why. */
    private static boolean isUndone(Connection connection, Savepoint savepoint, Throwable reason) {
        try {
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            return true;
        } catch (SQLException e) {
            reason.addSuppressed(e);
            return false;
        }
    }

    private static void insert(Handle handle, GroupGap gap) {
        handle.createUpdate("INSERT INTO group_gap (id, group_name, after_offset, last_offset, lost, created_at) VALUES "
                        + "(:id, :group, :after, :last, :lost, :now)")
                .bind("id", UUID.randomUUID().toString())
                .bind("group", gap.group())
                .bind("after", gap.after())
                .bind("last", gap.last())
                .bind("lost", gap.lost())
                .bind("now", gap.time().toEpochMilli())
                .execute();
    }
}
