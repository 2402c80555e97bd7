/**
 * The hub updates itself: the new program is unpacked beside the one in use, and a small process takes over that ends the
 * hub, puts the new program in place, starts it, and goes back when it is not healthy.
 *
 * <p>Not here: what decides about versions, and how a change of any subsystem goes on; the hub is a subsystem like others.
 */
package io.waystation.update.self;
