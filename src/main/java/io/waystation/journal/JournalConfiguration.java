package io.waystation.journal;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Meters;
import io.waystation.store.Store;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the log; binds {@code journal}, {@code groups}, {@code deadLetters}, {@code eventIndex},
 * {@code eventSearch} and {@code recorder}.
 */
public final class JournalConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String KEEP_DEAD_LETTERS = "waystation.log.keep-dead-letters";
    private static final String STALL = "waystation.health.stall";
    private static final String STOP_TIMEOUT = "waystation.log.stop-timeout";
    private static final Logger LOG = LoggerFactory.getLogger(JournalConfiguration.class);

    @Override
    public void check(Settings settings) {
        JournalSettings.from(settings);
        keepDeadLetters(settings);
        settings.duration(STALL);
        settings.positive(STOP_TIMEOUT);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Settings settings = Settings.of(context);
        if (!settings.required("waystation.log").equals("journal")) {
            throw new InvalidSettingException("waystation.log",
                    "must be journal, not '" + settings.required("waystation.log") + "'; Kafka comes later");
        }
        Store store = context.getRegistry().lookupByNameAndType("store", Store.class);
        DataFolder folder = context.getRegistry().lookupByNameAndType("dataFolder", DataFolder.class);
        MeterRegistry meters = Meters.of(context);
        Clock clock = Clock.systemUTC();
        JournalSettings log = JournalSettings.from(settings);
        EventIndex index = EventIndex.open(store, clock, log.duplicateWindow());
        Journal journal = Journal.open(folder.log(), log, index, clock, meters);
        Channels channels = context.getRegistry().lookupByNameAndType("channels", Channels.class);
        journal.retainChannels(name -> channels.policy(name).flatMap(ChannelPolicy::shorterRetention));
        DeadLetters letters = new DeadLetters(store, keepDeadLetters(settings), clock);
        Groups groups = new Groups(journal, store, letters, clock, meters, settings.positive(STOP_TIMEOUT));
        Gauge.builder("waystation.recorder.lag", () -> Math.max(0, journal.tail().offset() - index.indexedTo()))
                .description("Events that are in the log and not yet in the index").register(meters);
        context.getRegistry().bind("journal", journal);
        context.getRegistry().bind("groups", groups);
        context.getRegistry().bind("deadLetters", letters);
        context.getRegistry().bind("eventIndex", index);
        context.getRegistry().bind("recorder", new Recorder(index));
        context.getRegistry().bind("eventSearch", new EventSearch(journal, index));
        Duration stall = settings.duration(STALL);
        context.addStartupListener((started, already) -> { // its registry of checks is made while it starts
            HealthCheckRegistry health = HealthCheckRegistry.get(started);
            if (health != null) {
                health.register(new ThreadsHealth(store, journal, groups, stall));
            }
            started.addService(new LossAlerts(started, journal), true, true);
        });
        context.addService(new LogService(context, journal, groups, letters, index), true, true);
    }

    private static Duration keepDeadLetters(Settings settings) {
        Duration keep = settings.duration(KEEP_DEAD_LETTERS);
        if (keep.compareTo(Duration.ofHours(1)) < 0) {
            throw new InvalidSettingException(KEEP_DEAD_LETTERS, "must be an hour at least, such as 90d: a dead letter is all there is of an event"
                    + " that a group could not handle");
        }
        return keep;
    }

    /** Deletes what is past its retention, and closes the log after the routes have stopped. */
    private static final class LogService extends ServiceSupport {
        private static final int EXPIRE_MINUTES = 10;

        private final CamelContext context;
        private final Journal journal;
        private final Groups groups;
        private final DeadLetters letters;
        private final EventIndex index;
        private ScheduledExecutorService expiry;

        private LogService(CamelContext context, Journal journal, Groups groups, DeadLetters letters, EventIndex index) {
            this.context = context;
            this.journal = journal;
            this.groups = groups;
            this.letters = letters;
            this.index = index;
        }

        @Override
        protected void doStart() {
            expiry = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "store-retention");
            expiry.scheduleWithFixedDelay(this::expire, 1, EXPIRE_MINUTES, TimeUnit.MINUTES);
        }

        private void expire() {
            try {
                index.expire(journal.oldestOffset());
                groups.expireGaps();
                int deleted;
                do {
                    deleted = letters.expire();
                } while (deleted > 0);
            } catch (RuntimeException e) {
                LOG.warn("Deleting what is past its retention failed and is tried again in {} minutes", EXPIRE_MINUTES, e);
            }
        }

        @Override
        protected void doStop() throws Exception {
            if (expiry != null) {
                context.getExecutorServiceManager().shutdownNow(expiry);
            }
            groups.close();
            journal.close();
        }
    }
}
