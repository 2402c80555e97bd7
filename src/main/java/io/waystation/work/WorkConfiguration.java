package io.waystation.work;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;
import io.waystation.store.Store;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the queues of the store; binds {@code workQueues} and {@code workItems}. */
public final class WorkConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String KEEP = "waystation.work.keep";
    private static final String KEEP_DEAD_LETTERS = "waystation.work.keep-dead-letters";
    private static final Logger LOG = LoggerFactory.getLogger(WorkConfiguration.class);

    @Override
    public void check(Settings settings) {
        settings.duration(KEEP);
        settings.duration(KEEP_DEAD_LETTERS);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Settings settings = Settings.of(context);
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        WorkQueues queues = new WorkQueues(store, Clock.systemUTC(), Meters.of(context), observer(context));
        WorkItems items = new WorkItems(queues);
        context.getRegistry().bind("workQueues", queues);
        context.getRegistry().bind("workItems", items);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarting(CamelContext starting) {
                queues.start(); // every room has bound its beans, and no route runs yet
            }
        });
        context.addService(new Expiry(context, queues, items, settings.duration(KEEP),
                settings.duration(KEEP_DEAD_LETTERS)), true, true);
    }

    private static Supplier<WorkObserver> observer(CamelContext context) {
        WorkObserver[] found = new WorkObserver[1]; // written and read by the store's writer thread
        return () -> {
            if (found[0] == null) {
                found[0] = context.getRegistry().findSingleByType(WorkObserver.class);
            }
            return found[0];
        };
    }

    /** Deletes items whose time is over, and closes the queues after the routes have stopped. */
    private static final class Expiry extends ServiceSupport {
        private static final int EVERY_SECONDS = 60;

        private final CamelContext context;
        private final WorkQueues queues;
        private final WorkItems items;
        private final Duration keep;
        private final Duration keepDead;
        private ScheduledExecutorService timer;

        private Expiry(CamelContext context, WorkQueues queues, WorkItems items, Duration keep, Duration keepDead) {
            this.context = context;
            this.queues = queues;
            this.items = items;
            this.keep = keep;
            this.keepDead = keepDead;
        }

        @Override
        protected void doStart() {
            timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "work-retention");
            timer.scheduleWithFixedDelay(this::expire, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
        }

        private void expire() {
            try {
                for (String queue : items.queueNames()) {
                    WorkRunner runner = queues.runner(queue);
                    Duration ofQueue = runner == null || runner.options().keep().isZero() ? keep : runner.options().keep();
                    while (items.expire(queue, ofQueue, keepDead) > 0 && !Thread.currentThread().isInterrupted()) {
                        LOG.debug("Deleted ended items of queue {}", queue);
                    }
                }
            } catch (RuntimeException e) {
                LOG.warn("Deleting work items past their time failed and is tried again in {} s", EVERY_SECONDS, e);
            }
        }

        @Override
        protected void doStop() {
            if (timer != null) {
                context.getExecutorServiceManager().shutdownNow(timer);
            }
            queues.close();
        }
    }
}
