package io.waystation.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the key that secrets are stored with: what is stored is sealed again with the new one, piece by piece, while the old
 * one still opens it. Rooms name the columns they have. Thread-safe.
 *
 * <p>A crash at any point leaves every secret readable: the key file has the new key and the old ones before anything is sealed
 * with the new one, and the old ones leave it only at a later start, when nothing is sealed with them any more.
 */
public final class SecretKeys {
    /** Registry name. */
    public static final String NAME = "secretKeys";

    private static final Logger LOG = LoggerFactory.getLogger(SecretKeys.class);
    private static final int AT_ONCE = 100;

    private final Store store;
    private final SecretBox box;
    private final List<SealedColumn> columns = new CopyOnWriteArrayList<>();

    SecretKeys(Store store, SecretBox box) {
        this.store = store;
        this.box = box;
    }

    /** Names a column that has sealed texts. */
    public void add(SealedColumn column) {
        columns.add(column);
    }

    /**
     * What a rotation did.
     *
     * @param key id of the key that seals now
     * @param made whether the hub made it; else it is the first of those the operator gave
     * @param resealed texts that were sealed again
     * @param olderKeys ids of keys that still open, and that nothing in the store needs
     */
    public record Rotation(String key, boolean made, int resealed, List<String> olderKeys) {
    }

    /**
     * Takes a new key and seals everything again with it: a fresh one where the hub keeps the key itself, else the first one of the
     * operator's key file, which is read again.
     *
     * @throws io.waystation.settings.InvalidSettingException when the operator's file cannot be used, or lacks a key that something is
     *     sealed with; nothing has changed
     */
    public synchronized Rotation rotate() {
        boolean made = box.renew(columns.stream().flatMap(column -> sealed(column).stream()).flatMap(Row::texts).map(SecretBox::keyOf)
                .collect(Collectors.toSet()));
        return new Rotation(box.currentKey(), made, reseal(), box.olderKeys());
    }

    /** Finishes at a start what a rotation had left, and forgets keys that nothing is sealed with. */
    synchronized void finish() {
        if (box.olderKeys().isEmpty()) {
            return;
        }
        int resealed = reseal();
        if (resealed > 0) {
            LOG.info("{} secrets were still sealed with an older key and are sealed again", resealed);
        }
        if (!box.forgetOlderKeys()) {
            LOG.info("Nothing is sealed with the keys {} any more; they can be taken out of where the hub reads its keys", box.olderKeys());
        }
    }

    private int reseal() {
        int all = 0;
        int some;
        do { // again for what was sealed with the key before and was on its way to the store
            some = 0;
            for (SealedColumn column : columns) {
                some += reseal(column);
            }
            all += some;
        } while (some > 0);
        return all;
    }

    private record Row(String owner, String sealed, String again) {
        Stream<String> texts() {
            return Arrays.stream(sealed.split(","));
        }
    }

    private List<Row> sealed(SealedColumn column) {
        return store.read(handle -> handle.createQuery("SELECT " + column.owner() + ", " + column.column() + " FROM " + column.table()
                + " WHERE " + column.column() + " <> ''").map((row, context) -> new Row(row.getString(1), row.getString(2), null)).list());
    }

    private int reseal(SealedColumn column) {
        List<Row> old = sealed(column).stream().filter(row -> row.texts().anyMatch(each -> !box.isCurrent(each))).toList();
        for (int from = 0; from < old.size(); from += AT_ONCE) {
            List<Row> rows = new ArrayList<>();
            for (Row row : old.subList(from, Math.min(old.size(), from + AT_ONCE))) {
                String place = column.place().apply(row.owner());
                rows.add(new Row(row.owner(), row.sealed(), row.texts()
                        .map(each -> box.seal(box.open(each, place), place)).collect(Collectors.joining(","))));
            }
            store.writeNow(handle -> {
                for (Row row : rows) { // one that has changed meanwhile is sealed with the new key already
                    handle.execute("UPDATE " + column.table() + " SET " + column.column() + " = ? WHERE " + column.owner() + " = ? AND "
                            + column.column() + " = ?", row.again(), row.owner(), row.sealed());
                }
                return null;
            });
        }
        return old.size();
    }
}
