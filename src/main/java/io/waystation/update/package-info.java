/**
 * Keeping subsystems at the version that is wanted: what is wanted and why, and the change from one version to the
 * next.
 *
 * <p>Uses event, settings, store, http, work and github; other features never. Which steps run, and in which order,
 * stands in the routes.
 */
package io.waystation.update;
