/**
 * The log: durable, append-only, read by position.
 *
 * <p>{@link io.waystation.journal.Journal} keeps events in SQLite segment files and knows retention,
 * duplicates and gaps. Groups, the recorder and the {@code journal:} component stand on it. No HTTP, no
 * signatures, no channels' policies.
 */
package io.waystation.journal;
