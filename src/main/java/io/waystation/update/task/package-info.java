/**
 * Taskfile targets, run under Camel's {@code exec:} by the real {@code task}.
 *
 * <p>A {@link io.waystation.update.task.TaskStep} says what a route wants to run and takes nothing of it from headers; the
 * {@link io.waystation.update.task.TaskExecutor} runs it. When a task is run is decided by routes, what it changes is
 * judged elsewhere in this room.
 */
package io.waystation.update.task;
