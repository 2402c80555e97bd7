package io.waystation.update.process;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What is written down about a tree before its first process goes on.
 *
 * @param lane the lane it runs in
 * @param mark the value of {@link #VARIABLE} in the environment of all its processes; random
 * @param pid its first process
 * @param start that process's {@link ProcessEntry#start()}
 * @param session whether the first process leads a session of its own
 * @param command what was started, for people
 */
record TreeRecord(String lane, String mark, long pid, String start, boolean session, List<String> command) {
    /** Environment variable by which a process is known as one of a tree, whatever became of its parents. */
    static final String VARIABLE = "WAYSTATION_TREE";

    TreeRecord {
        command = List.copyOf(command);
    }

    /** The entry in the environment. */
    @JsonIgnore
    String entry() {
        return VARIABLE + "=" + mark;
    }
}
