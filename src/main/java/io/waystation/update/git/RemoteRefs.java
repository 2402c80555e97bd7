package io.waystation.update.git;

import java.util.List;
import java.util.Optional;

/**
 * What a server tells of one repository.
 *
 * @param tags all tags, in the server's order
 * @param head commit of the branch that was asked for, when it exists
 */
public record RemoteRefs(List<RemoteTag> tags, Optional<String> head) {
    /** Copies the list. */
    public RemoteRefs {
        tags = List.copyOf(tags);
    }
}
