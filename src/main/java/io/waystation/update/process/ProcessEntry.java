package io.waystation.update.process;

/**
 * A running process as the system lists it.
 *
 * @param pid its number, which the system uses again
 * @param parent number of its parent
 * @param session number of its session's first process, or -1 where the system does not say
 * @param start when it started, in words that only this start of this machine's system gives; with {@code pid} it names
 *     one process for ever
 */
record ProcessEntry(long pid, long parent, long session, String start) {
}
