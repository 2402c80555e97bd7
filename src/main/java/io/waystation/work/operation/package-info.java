/**
 * Operations: work that a person follows, from its beginning to exactly one end.
 *
 * <p>Here are their states, progress, log lines and results, the events that tell of every change in the transaction of the
 * change, and the streams that bring those events to browsers. What an operation does, and when, is not decided here.
 */
package io.waystation.work.operation;
