/**
 * The API under {@code /api}: what the hub holds, and what people do about it. The command line and the web
 * console read and act through it alone.
 *
 * <p>Beans of {@code routes/api.camel.yaml}. Decides nothing about webhooks; changes go through the room they
 * belong to.
 */
package io.waystation.console;
