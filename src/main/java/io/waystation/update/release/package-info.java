/**
 * Releases for other machines: the signed manifest that says what a release is, the keys that may sign one, and the judgement
 * whether this machine acts on it.
 *
 * <p>How a subsystem is built or put in place is not here, nor how a manifest travels: that is an event, and a route's matter.
 */
package io.waystation.update.release;
