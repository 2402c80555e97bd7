/**
 * The machines that take a hub's releases: what they report, how a release is opened to more and more of them, and when it is halted.
 *
 * <p>A machine makes its reports here too, from what its own updates came to. What a release is, and how it is published, is not here.
 */
package io.waystation.update.fleet;
