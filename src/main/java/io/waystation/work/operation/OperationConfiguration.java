package io.waystation.work.operation;

import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.http.Tokens;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;
import io.waystation.store.Store;
import io.waystation.work.WorkItems;

/**
 * Wires operations; binds {@code operations} ({@link Operations}), {@code operationStreams} and the observer of work items.
 */
public final class OperationConfiguration implements CamelConfiguration, SettingsCheck {
    private static final Logger LOG = LoggerFactory.getLogger(OperationConfiguration.class);
    private static final int TICK_MILLIS = 200;
    private static final int SWEEP_SECONDS = 30;
    private static final int EXPIRE_MINUTES = 10;

    @Override
    public void check(Settings settings) {
        OperationLimits.of(settings, Clock.systemUTC());
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Store store = registry.lookupByNameAndType("store", Store.class);
        OperationLimits limits = OperationLimits.of(Settings.of(context), Clock.systemUTC());
        OperationMetrics metrics = new OperationMetrics(Meters.of(context));
        ScheduledExecutorService timer = context.getExecutorServiceManager()
                .newScheduledThreadPool(OperationConfiguration.class, "operation-timer", 2);
        OperationStreams streams = new OperationStreams(store, limits, metrics, timer);
        registry.lookupByNameAndType(Tokens.NAME, Tokens.class).onEnded(() -> streams.cutAll("readers-changed")); // browsers come back
        OperationChanges changes = new OperationChanges(new OperationKinds(registry), limits.clock(), state ->
                store.afterCommit(() -> {
                    streams.signal();
                    if (state.isEnd()) {
                        metrics.ended(state);
                    }
                }));
        WorkItems items = registry.lookupByNameAndType("workItems", WorkItems.class);
        Attempts attempts = new Attempts(store, changes, limits);
        Operations operations = new Operations(store, changes, attempts, (operation, reason) ->
                items.cancelOperation(operation, reason) != WorkItems.CancelResult.REFUSED);
        metrics.watch(operations::countOpen, streams::count);
        registry.bind(Operations.NAME, operations);
        registry.bind("operationStreams", new OperationStreamRequests(store, streams));
        registry.bind("workOperations", new WorkOperations(store, changes, attempts));
        OperationSweeper sweeper = new OperationSweeper(store, changes, attempts, limits);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarting(CamelContext starting) {
                sweeper.sweep(); // the kinds that route files name are bound, and no route runs yet
            }
        });
        context.addService(new Running(streams, attempts, sweeper, timer), true, true);
    }

    /** Runs with the application: the tail of events, progress that waits, the sweeper. */
    private static final class Running extends ServiceSupport {
        private final OperationStreams streams;
        private final Attempts attempts;
        private final OperationSweeper sweeper;
        private final ScheduledExecutorService timer;

        private Running(OperationStreams streams, Attempts attempts, OperationSweeper sweeper, ScheduledExecutorService timer) {
            this.streams = streams;
            this.attempts = attempts;
            this.sweeper = sweeper;
            this.timer = timer;
        }

        @Override
        protected void doStart() {
            streams.start();
            every(TICK_MILLIS, TimeUnit.MILLISECONDS, attempts::tick);
            every(SWEEP_SECONDS, TimeUnit.SECONDS, sweeper::sweep);
            every(SWEEP_SECONDS, TimeUnit.SECONDS, attempts::forgetEnded);
            every(TimeUnit.MINUTES.toSeconds(EXPIRE_MINUTES), TimeUnit.SECONDS, sweeper::expire);
        }

        private void every(long period, TimeUnit unit, Runnable action) {
            timer.scheduleWithFixedDelay(() -> {
                try {
                    action.run();
                } catch (RuntimeException failure) { // a scheduled task that throws would never run again
                    LOG.warn("Housekeeping of operations failed and is tried again: {}", failure.toString());
                }
            }, period, period, unit);
        }

        @Override
        protected void doStop() {
            timer.shutdownNow();
            streams.close();
        }
    }
}
