package io.waystation.update;

/** What a decision leads to. */
public enum Action {
    /** The wanted version is to be put in place now. */
    UPDATE,
    /** Something newer waits for a time, a person or upstream. */
    HOLD,
    /** There is nothing to do. */
    NONE,
    /** What upstream offers must not be taken; a person should look. */
    REFUSE
}
