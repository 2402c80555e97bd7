package io.waystation.update.change;

/** Where tests stop the hub between two effects; the running hub has {@link #NONE}. */
interface Boundary {
    /** Lets everything pass. */
    Boundary NONE = after -> { };

    /** Called between two effects on disk or on a process. */
    void reached(String after);
}
