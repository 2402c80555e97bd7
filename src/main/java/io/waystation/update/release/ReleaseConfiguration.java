package io.waystation.update.release;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import io.waystation.update.Platform;
import io.waystation.work.WorkAddition;
import io.waystation.work.WorkQueues;

/** Builds the beans {@code releaseSettings}, {@code releaseLedger}, {@code releaseKeys}, {@code releasePublisher},
 * {@code releaseEvents}, {@code releaseParts}, {@code releaseHeaders}, {@code machine} and {@code signedDecisions}. */
public final class ReleaseConfiguration implements CamelConfiguration, SettingsCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseConfiguration.class);

    @Override
    public void check(Settings settings) {
        settings.duration(ReleaseSettings.LIFETIME);
        settings.duration(ReleaseSettings.JITTER);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Clock clock = Clock.systemUTC();
        Settings settings = Settings.of(context);
        Store store = registry.lookupByNameAndType("store", Store.class);
        ReleaseSettings releases = ReleaseSettings.from(settings, registry.lookupByNameAndType("dataFolder", DataFolder.class).root());
        ReleaseLedger ledger = new ReleaseLedger(store, clock);
        TrustedKeys pinned = TrustedKeys.pinned("waystation.releases.trusted-keys", releases.trusted());
        ReleaseVerifier verifier = new ReleaseVerifier(Platform.current());
        WorkQueues queues = registry.lookupByNameAndType("workQueues", WorkQueues.class);
        ReleasePublisher publisher = new ReleasePublisher(ledger, releases, () -> policy(context),
                entry -> queues.add(WorkAddition.of(ReleaseEvents.QUEUE, ReleasePublisher.id(entry.manifest()), entry.manifest().subsystem(),
                        entry.envelope().bytes())).join(), clock);
        Machine machine = Machine.of(settings, store);
        releases.signer().ifPresent(key -> LOG.info("Releases are signed with key {}, public key {}", key.id(), key.publicKey()));
        registry.bind("releaseSettings", releases);
        registry.bind("releaseLedger", ledger);
        registry.bind("releaseKeys", pinned);
        registry.bind("releaseVerifier", verifier);
        registry.bind("releasePublisher", publisher);
        registry.bind("releaseEvents", new ReleaseEvents(ledger, releases, verifier, pinned, publisher, clock));
        registry.bind("releaseParts", new ReleaseParts(ledger, verifier, publisher, clock));
        registry.bind("releaseHeaders", headers(releases));
        registry.bind("machine", machine);
        registry.bind("signedDecisions", new SignedDecisions(ledger, Platform.current(), machine.id()));
    }

    private static RolloutPolicy policy(CamelContext context) {
        RolloutPolicy found = context.getRegistry().findSingleByType(RolloutPolicy.class);
        return found == null ? (subsystem, version, usual) -> usual : found;
    }

    /** What the route that follows another hub's releases sends with its request. */
    private static Map<String, String> headers(ReleaseSettings releases) {
        Map<String, String> headers = new LinkedHashMap<>();
        releases.token().ifPresent(token -> headers.put("Authorization", "Bearer " + token.text()));
        return headers;
    }
}
