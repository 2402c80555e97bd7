package io.waystation.store;

import io.waystation.settings.Settings;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/** Takes the data folder and opens the store; binds {@code dataFolder}, {@code store},
 * {@code secretBox} and {@code backup}. */
public final class StoreConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) throws Exception {
        Settings settings = Settings.of(context);
        DataFolder folder = DataFolder.open(settings.path("waystation.data"));
        try {
            context.getRegistry().bind("secretBox",
                    SecretBox.open(settings, System.getenv("WAYSTATION_SECRET_KEY"), folder));
            Store store = Store.open(folder, Meters.of(context), settings.duration("waystation.store.read-limit"));
            context.getRegistry().bind("dataFolder", folder);
            context.getRegistry().bind("store", store);
            context.getRegistry().bind("backup", new Backup(folder));
            context.addService(new Closing(store, folder), true, true);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
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
