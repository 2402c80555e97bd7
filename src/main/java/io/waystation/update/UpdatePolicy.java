package io.waystation.update;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What has to happen before a selected version is taken.
 *
 * @param cooldown how old a version must be: since its release was published, else since it was first seen
 * @param approval steps that need an approval; empty for none
 * @param approvers names of those who may approve; empty for everybody with the role {@code approve}
 * @param approvalDeadline how long after a version was first seen its approval is waited for
 */
public record UpdatePolicy(Duration cooldown, Set<ApprovalStep> approval, List<String> approvers, Duration approvalDeadline) {
    /** Copies the collections. */
    public UpdatePolicy {
        approval = Set.copyOf(approval);
        approvers = List.copyOf(approvers);
    }
}
