package io.waystation.update;

import java.time.Instant;

/**
 * What a rule says about one thing upstream offers.
 *
 * @param rule the rule
 * @param subject tag, branch, commit or repository it speaks of, in printable ASCII
 * @param reason for a person: a whole sentence
 * @param version the version it concerns, or null when the subject is none
 * @param until when it should be looked at again, or null when time alone changes nothing
 */
public record Finding(Rule rule, String subject, String reason, UpstreamVersion version, Instant until) {
}
