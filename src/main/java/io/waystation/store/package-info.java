/**
 * The data folder, the store's database, its migrations and the writer that commits works in groups.
 *
 * <p>The store keeps everything but the log: group positions, the index, dead letters, tokens, channels.
 * It knows nothing of what the rows of other rooms mean.
 */
package io.waystation.store;
