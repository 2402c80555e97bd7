package io.waystation.delivery;

import java.time.Clock;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.settings.Settings;
import io.waystation.store.Meters;
import io.waystation.store.SecretBox;
import io.waystation.store.Store;
import io.waystation.work.WorkItems;
import io.waystation.work.WorkQueues;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/** Binds the beans of {@code routes/deliveries.camel.yaml}: {@code endpoints}, {@code deliveries}, {@code deliverySender}
 * and {@code edge}. */
public final class DeliveryConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Clock clock = Clock.systemUTC();
        DeliverySettings settings = DeliverySettings.from(Settings.of(context));
        Store store = registry.lookupByNameAndType("store", Store.class);
        AddressGuard guard = new AddressGuard(settings.allowed());
        Endpoints endpoints = new Endpoints(
                new EndpointRows(store, registry.lookupByNameAndType("secretBox", SecretBox.class)), settings, guard, clock);
        DeliveryClient client = new DeliveryClient(settings, guard, DnsResolver::new);
        AttemptRows attempts = new AttemptRows(store);
        WorkItems items = registry.lookupByNameAndType("workItems", WorkItems.class);
        Deliveries deliveries = new Deliveries(endpoints, new DeliveryEvents(store), attempts, store,
                registry.lookupByNameAndType("workQueues", WorkQueues.class),
                items, clock);
        registry.bind("endpoints", endpoints);
        registry.bind("deliveries", deliveries);
        MeterRegistry meters = Meters.of(context);
        EndpointLanes lanes = new EndpointLanes(endpoints, settings, clock, meters);
        SuccessRatio ratio = new SuccessRatio(clock);
        new DeliveryGauges(meters, items, endpoints, ratio, settings.slo(), clock);
        registry.bind("endpointLanes", lanes);
        registry.bind("deliverySender", new DeliverySender(endpoints, lanes, client, attempts, settings, new DeliveryMeters(meters, ratio), clock));
        context.addService(new EndpointProbes(context, endpoints, lanes, client, settings, deliveries::release, meters, clock), true, true);
        registry.bind("edge", new EdgeRegistration(endpoints, client, EdgeSettings.from(Settings.of(context), clock), clock));
        context.addService(new DeliveryRetention(context, store, deliveries, endpoints, client, settings.keep(), clock), true, true);
    }
}
