package io.waystation.store;

import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.service.ServiceSupport;

/** Takes the data folder and opens the store; binds {@code dataFolder}, {@code store},
 * {@code secretBox}, {@code secretKeys} and {@code backup}. */
public final class StoreConfiguration implements CamelConfiguration, SettingsCheck {
    @Override
    public void check(Settings settings) {
        limits(settings);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Settings settings = Settings.of(context);
        DataFolder folder = DataFolder.open(settings.path("waystation.data"));
        try {
            SecretBox box = SecretBox.open(settings, System.getenv("WAYSTATION_SECRET_KEY"), folder);
            context.getRegistry().bind("secretBox", box);
            Store store = Store.open(folder, Meters.of(context), limits(settings));
            context.addService(new Closing(store, folder), true, true);
            context.getRegistry().bind("dataFolder", folder);
            context.getRegistry().bind("store", store);
            SecretKeys keys = new SecretKeys(store, box);
            context.getRegistry().bind(SecretKeys.NAME, keys);
            context.addLifecycleStrategy(new LifecycleStrategySupport() {
                @Override
                public void onContextStarting(CamelContext starting) {
                    keys.finish(); // every room has named its columns, and nothing is being sealed
                }
            });
            context.getRegistry().bind("backup", new Backup(folder));
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static Store.Limits limits(Settings settings) {
        return new Store.Limits(settings.positive("waystation.store.read-limit"),
                settings.number("waystation.store.readers", 1, 1_000), settings.number("waystation.store.queue", 1, 10_000_000));
    }

    /** Closes the store, then the folder, when the application has stopped. */
    private static final class Closing extends ServiceSupport {
        private final Store store;
        private final DataFolder folder;

        private Closing(Store store, DataFolder folder) {
            this.store = store;
            this.folder = folder;
        }

        @Override
        protected void doStop() {
            store.close();
            folder.close();
        }
    }
}
