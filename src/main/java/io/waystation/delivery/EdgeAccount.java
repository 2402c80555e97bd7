package io.waystation.delivery;

import java.util.List;

/**
 * Whose token it is.
 *
 * @param id stable name, such as {@code static:bern} or {@code linear:<organisation>/<person>}; never made of the token
 * @param sources patterns of event sources it may have; empty for all
 */
record EdgeAccount(String id, List<String> sources) {
}
