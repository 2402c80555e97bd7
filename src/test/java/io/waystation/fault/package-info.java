/** Fault tests: the real hub in a process of its own, killed, filled and abused while it is under load. */
package io.waystation.fault;
