package io.waystation.console;

import java.time.Clock;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.waystation.channel.Channels;
import io.waystation.channel.SubscriberCount;
import io.waystation.delivery.Deliveries;
import io.waystation.delivery.EndpointIntent;
import io.waystation.delivery.Endpoints;
import io.waystation.delivery.Replays;
import io.waystation.delivery.TestDelivery;
import io.waystation.http.RefusedRequests;
import io.waystation.http.Tokens;
import io.waystation.journal.DeadLetters;
import io.waystation.journal.EventSearch;
import io.waystation.journal.Groups;
import io.waystation.journal.Journal;
import io.waystation.store.Backup;
import io.waystation.store.DataFolder;
import io.waystation.store.SecretKeys;
import io.waystation.update.fleet.Fleet;
import io.waystation.update.fleet.Rollouts;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.run.Updates;
import io.waystation.work.WorkItems;
import io.waystation.work.operation.Operations;

/** Binds the beans of {@code routes/api.camel.yaml}. */
public final class ConsoleConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) {
        Registry registry = context.getRegistry();
        Clock clock = Clock.systemUTC();
        Journal journal = registry.lookupByNameAndType("journal", Journal.class);
        EventSearch search = registry.lookupByNameAndType("eventSearch", EventSearch.class);
        Channels channels = registry.lookupByNameAndType("channels", Channels.class);
        registry.bind("eventsApi", new EventsApi(journal, new EventFinder(journal, search, clock), channels, clock));
        registry.bind("channelsApi", new ChannelsApi(channels,
                registry.lookupByNameAndType("sseHub", SubscriberCount.class)));
        registry.bind("keysApi", new KeysApi(registry.lookupByNameAndType(SecretKeys.NAME, SecretKeys.class)));
        registry.bind("tokensApi", new TokensApi(registry.lookupByNameAndType(Tokens.NAME, Tokens.class)));
        registry.bind("operationsApi", new OperationsApi(registry.lookupByNameAndType(Operations.NAME, Operations.class)));
        registry.bind("deadLettersApi", new DeadLettersApi(registry.lookupByNameAndType("deadLetters", DeadLetters.class)));
        registry.bind("updatesApi", new UpdatesApi(registry.lookupByNameAndType("updates", Updates.class),
                registry.lookupByNameAndType("releaseLedger", ReleaseLedger.class)));
        registry.bind("endpointsApi", new EndpointsApi(registry.lookupByNameAndType("endpoints", Endpoints.class),
                registry.lookupByNameAndType("endpointIntent", EndpointIntent.class),
                registry.lookupByNameAndType("testDelivery", TestDelivery.class),
                registry.lookupByNameAndType("deliveries", Deliveries.class), clock));
        registry.bind("deliveriesApi", new DeliveriesApi(registry.lookupByNameAndType("deliveries", Deliveries.class),
                registry.lookupByNameAndType("deliveryReplays", Replays.class), clock));
        registry.bind("fleetApi", new FleetApi(registry.lookupByNameAndType("fleet", Fleet.class),
                registry.lookupByNameAndType("rollouts", Rollouts.class)));
        registry.bind("workApi", new WorkApi(registry.lookupByNameAndType("workItems", WorkItems.class),
                registry.lookupByNameAndType("deliveries", Deliveries.class)));
        registry.bind("hubApi", new HubApi(registry.lookupByNameAndType("groups", Groups.class),
                registry.lookupByNameAndType(RefusedRequests.NAME, RefusedRequests.class),
                registry.lookupByNameAndType("backup", Backup.class),
                registry.lookupByNameAndType("dataFolder", DataFolder.class).root().resolve("backups"), clock));
    }
}
