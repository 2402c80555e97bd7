package io.waystation.work.operation;

import java.nio.charset.StandardCharsets;

import io.waystation.http.StreamFrame;

/**
 * One event of an operation, ready to be sent.
 *
 * @param id place among all events of operations
 * @param operation id of the operation
 * @param kind its kind
 * @param subject its subject, or null
 * @param project its project, or null
 * @param isEnd whether it is the operation's last event
 * @param frame the event as it goes out
 */
record OperationEvent(long id, String operation, String kind, String subject, String project, boolean isEnd,
        StreamFrame frame) {

    /** @param data JSON on one line */
    static OperationEvent of(long id, String operation, String kind, String subject, String project, boolean isEnd,
            String name, String data) {
        return new OperationEvent(id, operation, kind, subject, project, isEnd, StreamFrame.of(
                ("id: " + id + "\nevent: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8)));
    }
}
