package io.waystation.update.lint;

/** A group of rules about one thing. Keeps nothing. */
@FunctionalInterface
interface Rules {
    /** Reports what is wrong with a project. */
    void check(ProjectFiles project, Report report);
}
