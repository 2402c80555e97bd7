/**
 * The command line: starting a hub, and commands that talk to a running one through its API.
 *
 * <p>The only room that puts the others together ({@link io.waystation.cli.Hub}).
 */
package io.waystation.cli;
