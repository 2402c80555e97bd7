package io.waystation.store;

import java.util.function.UnaryOperator;

/**
 * A column of the store that holds sealed texts, separated by commas where one row has several.
 *
 * @param table its table
 * @param owner column that names what the secret belongs to
 * @param column the column itself; null or empty holds none
 * @param place makes of the owner's name the place that is sealed with the text, see {@link SecretBox#seal}
 */
public record SealedColumn(String table, String owner, String column, UnaryOperator<String> place) {
}
