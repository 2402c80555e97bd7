/**
 * Typed reading of {@code waystation.*} settings: durations, sizes, lists and secrets.
 *
 * <p>Every setting is declared with its default and a comment in the built-in
 * {@code application.properties}; a {@code waystation.*} key that is not declared there stops the start.
 */
package io.waystation.settings;
