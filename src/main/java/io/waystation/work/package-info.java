/**
 * Durable work: the {@code work:} component and its queue in the store, and the operations people follow.
 *
 * <p>A queue holds items until a route has run them, whatever happens to the process. What an item means belongs to
 * the routes and features that use it; nothing here knows an update from a delivery.
 */
package io.waystation.work;
