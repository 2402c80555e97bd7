/**
 * Changing one subsystem and undoing it: the manifest with its audit file, staging and verification of a new binary,
 * the swap, the reload of its process, the health gate, the rollback, and the release of what was built.
 *
 * <p>What is wanted, and when, is decided elsewhere; this package does what it is told, one step at a time. Each step
 * can be repeated, or undone, after the hub was killed in the middle of it.
 */
package io.waystation.update.change;
