package io.waystation.journal;

import java.sql.SQLException;

/** Where tests let a transaction fail; the running hub has {@link #NONE}. */
interface WriteFault {
    /** Lets everything pass. */
    WriteFault NONE = new WriteFault() { };

    /** Called when all rows of a transaction are inserted. */
    default void beforeCommit() throws SQLException {
    }

    /** Called when SQLite has committed and the writer does not know it yet. */
    default void afterCommit() throws SQLException {
    }
}
