/**
 * What {@code waystation client} does with an event: choose, save, post to the target, run a command, expire
 * cached Taskfiles, keep dead letters. The order of these is in {@code client/client.camel.yaml}.
 */
package io.waystation.cli.client;
