/** Entry point of the hub: the command line, then Camel Main. */
package io.waystation;
