package io.waystation.journal;

import java.time.Instant;

/**
 * Events that were lost before a group had read them.
 *
 * @param group the group
 * @param after offset the range starts behind
 * @param last last offset of the range
 * @param lost how many events of the range are gone, wanted or not
 * @param time when the group came upon it
 */
public record GroupGap(String group, long after, long last, long lost, Instant time) {
}
