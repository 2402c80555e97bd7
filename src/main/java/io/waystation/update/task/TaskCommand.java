package io.waystation.update.task;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import io.waystation.work.WorkLease;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecCommand;

/** One run of a task, as its step asks for it. */
final class TaskCommand extends ExecCommand {
    private static final long serialVersionUID = 1L;

    private final transient Request request;

    /**
     * What is wanted.
     *
     * @param lane where it runs; nothing else runs there meanwhile
     * @param directory folder with the Taskfile, or empty for the hub's own
     * @param set environment variables and their values, not looked at yet
     * @param force whether it runs even where it says it is up to date
     * @param background whether processes it leaves behind may go on
     * @param network whether it may use the network
     * @param timeout limit, or empty for the usual one
     * @param log gets its output, line by line
     * @param lease of the work it is done for
     */
    record Request(String task, String lane, Optional<Path> directory, Map<String, String> set, boolean force, boolean background,
            boolean network, Optional<Duration> timeout, Consumer<String> log, Optional<WorkLease> lease) {
    }

    TaskCommand(String executable, Request request) {
        super(executable, List.of(request.task), null, Long.MAX_VALUE, Set.of(), null, null, false, LoggingLevel.DEBUG);
        this.request = request;
    }

    Request request() {
        return request;
    }
}
