package io.waystation.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Runs an application until it is told to stop, by SIGTERM or by SIGINT (Ctrl-C), and says how that went: with 0 when it stopped
 * in order. Java by itself ends with 143 then, which supervisors take for a failure.
 *
 * <p>Not in a shutdown hook, because one can set the exit code only by cutting off the others. Where signals are not ours
 * ({@code -Xrs}, or ignored as for {@code nohup}), all is as Java does it.
 */
@SuppressWarnings("sunapi") // JEP 260: critical, stays until there is another way
final class OrderlyStop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrderlyStop.class);

    private final Main main;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    private OrderlyStop(Main main) {
        this.main = main;
    }

    /**
     * Runs an application to its end.
     *
     * @return exit code: its own, or {@link ExitCode#FAILED} when something of it did not stop
     * @throws Exception when it does not start; it is stopped then
     */
    static int run(Main main) throws Exception {
        try (OrderlyStop stop = new OrderlyStop(main)) {
            stop.listen("TERM");
            stop.listen("INT");
            main.run();
            return main.getCamelContext() == null || main.getCamelContext().isStopped() ? main.getExitCode() : ExitCode.FAILED;
        } catch (Exception cannotStart) {
            Hub.abandon(main, cannotStart); // frees the port and the data folder, and lets the JVM end without waiting for them
            throw cannotStart;
        }
    }

    private void listen(String name) {
        try {
            Signal signal = new Signal(name);
            before.put(signal, Signal.handle(signal, this::stop));
        } catch (IllegalArgumentException notOurs) {
            LOG.debug("SIG{} is left to Java: {}", name, notOurs.getMessage());
        }
    }

    /** Runs in a thread of its own; a stop that hangs must not keep the process. */
    private void stop(Signal signal) {
        LOG.info("Stopping, because of SIG{}", signal.getName());
        main.completed();
        try {
            if (!ended.await(longest().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("Something did not stop within {} s and is cut off", longest().toSeconds());
                System.exit(128 + signal.getNumber());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** What Camel waits for as well: its routes, then everything else. */
    private Duration longest() {
        return Duration.ofSeconds((long) main.configure().getShutdownTimeout() + main.configure().getExtraShutdownTimeout());
    }

    @Override
    public void close() {
        ended.countDown();
        before.forEach(Signal::handle);
    }
}
