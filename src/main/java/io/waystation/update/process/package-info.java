/**
 * Trees of processes: started so that a hub that dies can find them again, and ended whole.
 *
 * <p>Knows nothing of what the processes do. A process id means something on one machine only, so the records are files
 * in the data folder and not rows of the store, which several machines may share.
 */
package io.waystation.update.process;
