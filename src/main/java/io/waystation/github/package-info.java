/**
 * GitHub's REST API: requests with their limits, and releases.
 *
 * <p>One client for all features, so that they share its rate limit, its cache and its token. Knows no feature. Works against
 * any server that speaks the same API, at the address the settings name.
 *
 * @see <a href="https://docs.github.com/en/rest">GitHub REST API documentation</a>
 */
package io.waystation.github;
