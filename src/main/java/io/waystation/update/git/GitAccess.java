package io.waystation.update.git;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.waystation.settings.Secret;

/**
 * How repositories are reached.
 *
 * @param timeout time that reading one repository may take
 * @param tokenFor scheme, host and port that the token is for
 * @param token sent to that host as a password, or empty
 * @param home folder whose {@code .ssh} holds keys and known hosts
 * @param largest bytes that a server may send for one reading
 */
public record GitAccess(Duration timeout, URI tokenFor, Optional<Secret> token, Path home, long largest) {
}
