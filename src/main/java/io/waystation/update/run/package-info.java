/**
 * The steps of the update pipeline as the routes call them: each is written to the store before it acts, so that a hub that
 * was killed goes on or undoes.
 *
 * <p>The order of the steps stands in {@code routes/upstreams.camel.yaml}. How a version is chosen, a task is run and a
 * binary is changed is not here.
 */
package io.waystation.update.run;
