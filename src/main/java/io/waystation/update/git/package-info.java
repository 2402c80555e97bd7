/**
 * Upstream repositories over Git, with JGit alone: what refs they have, how commits relate, a shallow copy of one commit.
 *
 * <p>No git binary, no configuration of the user or machine, no hooks, no submodules, no filters. Addresses are allowed by
 * scheme. Knows nothing of versions or subsystems.
 */
package io.waystation.update.git;
