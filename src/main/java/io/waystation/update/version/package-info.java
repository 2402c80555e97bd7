/**
 * Versions as text: which tags are versions, how they are ordered, which a range or channel lets through.
 *
 * <p>Knows nothing of Git, releases or subsystems. Everything here takes text that strangers wrote, and answers
 * with a value or with the reason why not; nothing throws on such text.
 */
package io.waystation.update.version;
