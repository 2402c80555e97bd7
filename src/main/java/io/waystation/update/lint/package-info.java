/**
 * Finds what in a project's Taskfiles and its process-compose file would make updates fail, do nothing, or run what somebody
 * else wrote. Only reads files; runs nothing, not even {@code task}.
 */
package io.waystation.update.lint;
