package io.waystation.delivery;

import java.time.Clock;
import java.util.List;
import java.util.Set;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.event.EventHistory;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Meters;
import io.waystation.store.SecretBox;
import io.waystation.store.SecretKeys;
import io.waystation.store.Store;
import io.waystation.work.RetrySchedule;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkItems;
import io.waystation.work.WorkQueues;
import io.waystation.work.operation.Operations;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/** Binds the beans of {@code routes/deliveries.camel.yaml}: {@code endpoints}, {@code deliveries},
 * {@code deliverySender}, {@code edge}, {@code edgeStreams}; and what the API uses. */
public final class DeliveryConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String GROUP_DOWN_AFTER = "waystation.delivery.group-down-after";
    private static final Set<String> CLIENT_ERRORS = Set.of("retry", "dead");

    @Override
    public void check(Settings settings) {
        DeliverySettings.from(settings);
        PullSettings.from(settings);
        settings.duration(GROUP_DOWN_AFTER);
        settings.duration("waystation.delivery.intent-timeout"); // this and the next are used only where endpoints are asked first
        settings.duration("waystation.edge.check-timeout");
        settings.duration("waystation.edge.check-cache");
        settings.number("waystation.delivery.endpoint-window", 1, 10_000); // from here on: what only the routes use
        settings.number("waystation.delivery.threads", 0, 10_000);
        RetrySchedule.of(settings, "waystation.delivery.retry");
        settings.positive("waystation.delivery.attempt-limit");
        settings.duration("waystation.delivery.longest-retry-after");
        if (!CLIENT_ERRORS.contains(settings.required("waystation.delivery.client-errors"))) {
            throw new InvalidSettingException("waystation.delivery.client-errors",
                    "must be retry or dead, not '" + settings.required("waystation.delivery.client-errors") + "'");
        }
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Clock clock = Clock.systemUTC();
        Settings read = Settings.of(context);
        DeliverySettings settings = DeliverySettings.from(read);
        Store store = registry.lookupByNameAndType("store", Store.class);
        SecretKeys secrets = registry.lookupByNameAndType(SecretKeys.NAME, SecretKeys.class);
        EndpointRows.SEALED.forEach(secrets::add);
        EventHistory history = registry.lookupByNameAndType("journal", EventHistory.class);
        AddressGuard guard = new AddressGuard(settings.allowed());
        Endpoints endpoints = new Endpoints(
                new EndpointRows(store, registry.lookupByNameAndType("secretBox", SecretBox.class)), settings, guard,
                () -> history.tail().offset(), clock);
        DeliveryClient client = new DeliveryClient(settings, guard, () -> new DnsResolver(settings.wire().nameTimeout()));
        AttemptRows attempts = new AttemptRows(store);
        WorkItems items = registry.lookupByNameAndType("workItems", WorkItems.class);
        WorkQueues queues = registry.lookupByNameAndType("workQueues", WorkQueues.class);
        Deliveries deliveries = new Deliveries(endpoints, new DeliveryEvents(store, settings.eventCache()), attempts, store, queues,
                items, clock);
        registry.bind("endpoints", endpoints);
        registry.bind("deliveries", deliveries);
        MeterRegistry meters = Meters.of(context);
        EndpointLanes lanes = new EndpointLanes(endpoints, settings, clock, meters);
        SuccessRatio ratio = new SuccessRatio(clock);
        new DeliveryGauges(meters, items, endpoints, ratio, settings.slo(), clock);
        registry.bind("endpointLanes", lanes);
        registry.bind("deliverySender", new DeliverySender(endpoints, lanes, client, attempts, settings, new DeliveryMeters(meters, ratio), clock));
        DeliveryWatch watch = new DeliveryWatch(context, endpoints, items, ratio, settings, clock);
        registry.bind("deliveryWatch", watch);
        context.addService(watch, true, true);
        EndpointProbes probes = new EndpointProbes(context, endpoints, lanes, client, settings, deliveries::release, meters, clock);
        context.addService(probes, true, true);
        context.addService(new DeliveryRetention(context, store, deliveries, client, settings.keep(), clock), true, true);
        care(context, new Parts(read, settings, store, endpoints, deliveries, client, attempts, queues, probes, clock));
    }

    /** What looking after endpoints is made of. */
    private record Parts(Settings read, DeliverySettings settings, Store store, Endpoints endpoints, Deliveries deliveries, DeliveryClient client,
            AttemptRows attempts, WorkQueues queues, EndpointProbes probes, Clock clock) {
    }

    /** Registration, pulling, testing, replaying, groups and what is announced. */
    private static void care(CamelContext context, Parts parts) throws Exception {
        Registry registry = context.getRegistry();
        Settings read = parts.read();
        Clock clock = parts.clock();
        Endpoints endpoints = parts.endpoints();
        EndpointIntent intent = new EndpointIntent(endpoints, IntentCheck.from(read, "waystation.delivery.intent", parts.client()));
        registry.bind("endpointIntent", intent);
        registry.bind("testDelivery", new TestDelivery(parts.client(), context, clock));
        EdgeAccess access = new EdgeAccess(endpoints, clock);
        registry.bind("edge", new EdgeRegistration(endpoints, IntentCheck.from(read, "waystation.edge.intent", parts.client()), access,
                EdgeSettings.from(read, clock), clock));
        WorkBacklog backlog = new WorkBacklog(parts.queues());
        Replays replays = new Replays(parts.deliveries(), backlog, parts.queues(), registry.lookupByNameAndType(Operations.NAME, Operations.class),
                new Replays.Limits(read.number("waystation.delivery.replay-most", 1, 1_000_000), read.number("waystation.delivery.replay-looked", 1, 100_000_000)));
        registry.bind("deliveryReplays", replays);
        PullRows pulls = new PullRows(parts.store(), backlog, parts.attempts(), clock);
        EdgeStreams streams = new EdgeStreams(endpoints, access, pulls, new PulledBody(parts.deliveries(), context, clock),
                PullSettings.from(read), Meters.of(context), clock);
        registry.bind("edgeStreams", streams);
        parts.deliveries().onOwed(streams::signal);
        endpoints.onResume(endpoint -> streams.signal(Set.of(endpoint.id())));
        EndpointGroups groups = new EndpointGroups(endpoints, pulls, streams::isOpen, parts.probes()::ask,
                parts.settings().probes().every(), read.duration(GROUP_DOWN_AFTER), clock);
        Announcements announcements = new Announcements(endpoints, groups, parts.store(),
                read.required("waystation.delivery.events-channel"), context, clock);
        context.addService(new EndpointWatch(context,
                List.of(endpoints::expireLeases, groups::look, streams::tend, streams::sweep, announcements::look,
                        () -> parts.client().closeUnused(endpoints.all())), List.of(streams, replays)), true, true);
    }
}
