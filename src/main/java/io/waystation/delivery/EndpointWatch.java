package io.waystation.delivery;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after endpoints every second: leases, groups, streams, and what is to be announced. */
final class EndpointWatch extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointWatch.class);

    private final CamelContext context;
    private final List<Runnable> looks;
    private final List<AutoCloseable> toClose;
    private ScheduledExecutorService timer;

    EndpointWatch(CamelContext context, List<Runnable> looks, List<AutoCloseable> toClose) {
        this.context = context;
        this.looks = List.copyOf(looks);
        this.toClose = List.copyOf(toClose);
    }

    @Override
    protected void doStart() {
        timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "endpoint-watch");
        timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        for (Runnable look : looks) {
            try {
                look.run();
            } catch (RuntimeException e) { // a scheduled task that throws would never run again
                LOG.warn("Looking after endpoints failed and is tried again", e);
            }
        }
    }

    @Override
    protected void doStop() throws Exception {
        if (timer != null) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }
}
