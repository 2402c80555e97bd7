package io.waystation.update.fleet;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Meters;
import io.waystation.store.Store;
import io.waystation.update.release.Machine;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleaseManifest;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.update.release.Rollout;
import io.waystation.update.release.RolloutPolicy;
import io.waystation.update.run.FaultPoint;
import io.waystation.update.run.UpdateJournal;
import io.waystation.update.run.Updates;
import io.waystation.work.RetrySchedule;
import io.waystation.work.operation.Operations;

/** Builds the beans of {@code routes/fleet.camel.yaml}: {@code fleet}, {@code fleetReports}, {@code rollouts} and {@code rolloutPolicy}. */
public final class FleetConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String HUB = "waystation.fleet.hub";
    private static final String TOKEN = "waystation.fleet.token";
    private static final String MACHINES = "waystation.fleet.machines";
    private static final int MOST = 10_000_000;

    @Override
    public void check(Settings settings) {
        settings.number(MACHINES, 1, MOST);
        RetrySchedule.of(settings, "waystation.fleet.retry");
        settings.positive("waystation.fleet.present");
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Settings settings = Settings.of(context);
        Clock clock = Clock.systemUTC();
        Store store = registry.lookupByNameAndType("store", Store.class);
        FleetMeters meters = new FleetMeters(Meters.of(context));
        FaultPoint fault = new FaultPoint(settings.text("waystation.update.halt-at").orElse(""));
        Rollouts rollouts = new Rollouts(store, releases(registry), clock, fault::reached, meters);
        registry.bind("rollouts", rollouts);
        registry.bind("rolloutPolicy", (RolloutPolicy) (subsystem, version, usual) ->
                new Rollout(Math.min(usual.admits(), rollouts.first(subsystem)), usual.jitter(), usual.halted(), usual.reason()));
        Fleet fleet = new Fleet(store, settings.number(MACHINES, 1, MOST), meters, clock);
        meters.machines(fleet::machines);
        registry.bind("fleet", fleet);
        Optional<FleetHub> hub = hub(settings);
        registry.bind("fleetReports", new FleetReports(hub, () -> MachineKey.in(registry.lookupByNameAndType("dataFolder", DataFolder.class).root()),
                registry.lookupByNameAndType("machine", Machine.class).id(), registry.lookupByNameAndType("updates", Updates.class),
                registry.lookupByNameAndType("updateJournal", UpdateJournal.class),
                registry.lookupByNameAndType(Operations.NAME, Operations.class), store, clock));
    }

    private static PublishedReleases releases(Registry registry) {
        ReleaseLedger ledger = registry.lookupByNameAndType("releaseLedger", ReleaseLedger.class);
        ReleasePublisher publisher = registry.lookupByNameAndType("releasePublisher", ReleasePublisher.class);
        return new PublishedReleases() {
            @Override
            public List<String> subsystems() {
                return ledger.subsystems();
            }

            @Override
            public Optional<ReleaseManifest> newest(String subsystem) {
                return ledger.published(subsystem).map(ReleaseLedger.Entry::manifest);
            }

            @Override
            public boolean publish(ReleaseManifest seen, Rollout rollout) {
                return publisher.publish(seen, rollout);
            }
        };
    }

    private static Optional<FleetHub> hub(Settings settings) {
        return settings.text(HUB).map(text -> new FleetHub(address(text),
                Secret.resolve(TOKEN, settings.required(TOKEN), settings.flag("waystation.secrets.literal"))));
    }

    private static URI address(String text) {
        try {
            URI address = new URI(text);
            boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (web && address.getHost() != null && address.getUserInfo() == null && address.getQuery() == null) {
                return address;
            }
        } catch (URISyntaxException malformed) {
            // answered below
        }
        throw new InvalidSettingException(HUB, "must be the address of a hub, such as https://hub.example.com");
    }
}
