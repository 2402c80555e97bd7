package io.waystation.work.operation;

import java.time.Instant;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An operation as it is stored.
 *
 * @param id its id
 * @param kind what is done
 * @param subject what it is done to, or null
 * @param project whose stream shows it, or null
 * @param item work item that does it, or null when a run of its own does
 * @param state where it is
 * @param step what is being done now, or was done last, or null
 * @param percent how much is done, 0 to 100; never falls, and is 100 only after success
 * @param message latest message for people, or null
 * @param reason why it is held, waits or ended, or null
 * @param attributes what it was created with
 * @param result what came of it so far, or null
 * @param attempts attempts begun
 * @param cancelReason why it should end soon, or null
 * @param created when it was created
 * @param started when its first attempt began, or null
 * @param updated when it last changed
 * @param ended when it ended, or null
 */
public record Operation(String id, String kind, String subject, String project, String item, OperationState state,
        String step, int percent, String message, String reason, ObjectNode attributes, ObjectNode result, int attempts,
        String cancelReason, Instant created, Instant started, Instant updated, Instant ended) {
}
