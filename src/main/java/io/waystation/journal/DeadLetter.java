package io.waystation.journal;

import java.time.Instant;

import io.waystation.event.PositionedEvent;

/**
 * A record that a group could not process, with a copy of its event that outlives the log.
 *
 * @param id unique id; ids order by time
 * @param group the group
 * @param state whether it waits for a person or for its next try
 * @param reason why it failed, for people
 * @param errorClass class of the error
 * @param routeId route that failed, or null
 * @param attempts how often it was tried in all
 * @param time when it first became a dead letter
 * @param updated when it was last tried or queued
 * @param event the event and its place in the log
 */
public record DeadLetter(String id, String group, State state, String reason, String errorClass, String routeId,
        int attempts, Instant time, Instant updated, PositionedEvent event) {

    /** What a dead letter waits for. */
    public enum State {
        /** For somebody to queue it again or to discard it. */
        DEAD,
        /** For its group to try it again. */
        QUEUED
    }
}
