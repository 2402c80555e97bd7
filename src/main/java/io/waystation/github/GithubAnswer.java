package io.waystation.github;

import java.net.URI;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A successful answer.
 *
 * @param status 200 to 299; 200 also for an answer that had not changed
 * @param body parsed body; a missing node when the answer had none
 * @param next address of the next page, when there is one
 */
public record GithubAnswer(int status, JsonNode body, Optional<URI> next) {
}
