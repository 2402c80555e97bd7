package io.waystation.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.main.Main;

import io.waystation.channel.ChannelConfiguration;
import io.waystation.console.ConsoleConfiguration;
import io.waystation.delivery.DeliveryConfiguration;
import io.waystation.github.GithubConfiguration;
import io.waystation.http.HttpConfiguration;
import io.waystation.ingest.IngestConfiguration;
import io.waystation.journal.JournalConfiguration;
import io.waystation.relay.RelayConfiguration;
import io.waystation.settings.SettingsFirst;
import io.waystation.store.StoreConfiguration;
import io.waystation.update.UpdateConfiguration;
import io.waystation.update.fleet.FleetConfiguration;
import io.waystation.update.release.ReleaseConfiguration;
import io.waystation.update.run.RunConfiguration;
import io.waystation.update.task.TaskConfiguration;
import io.waystation.work.WorkConfiguration;
import io.waystation.work.operation.OperationConfiguration;

/**
 * Puts the rooms together into one Camel application: settings, beans in the order of the rooms, then the
 * routes, which are YAML.
 */
public final class Hub {
    /** Rooms in the order they may use each other. */
    private static final List<Class<? extends CamelConfiguration>> ROOMS = List.of(
            StoreConfiguration.class,
            ChannelConfiguration.class,
            HttpConfiguration.class,
            JournalConfiguration.class,
            IngestConfiguration.class,
            RelayConfiguration.class,
            WorkConfiguration.class,
            OperationConfiguration.class,
            GithubConfiguration.class,
            UpdateConfiguration.class,
            TaskConfiguration.class,
            ReleaseConfiguration.class,
            RunConfiguration.class,
            FleetConfiguration.class,
            DeliveryConfiguration.class,
            ConsoleConfiguration.class);

    private Hub() {
    }

    /**
     * A hub ready to start.
     *
     * @param settings every setting, as {@link io.waystation.settings.LayeredSettings} merges them
     * @param home folder whose {@code routes} and {@code kamelets} win over the built-in ones, or empty
     */
    public static Main create(Properties settings, Optional<Path> home) {
        CamelSettings.check(settings, System.getenv());
        Main main = new Main(Hub.class);
        main.setAppName("Waystation");
        main.configure().setName("waystation");
        main.configure().setBasePackageScanEnabled(false); // the rooms are listed above
        main.setPropertyPlaceholderLocations("false"); // the layers are merged already
        settings.forEach((key, value) -> main.addInitialProperty((String) key, (String) value));
        main.addInitialProperty("camel.main.routesIncludePattern", routes(home));
        main.addInitialProperty("camel.component.kamelet.location", kamelets(home));
        home.ifPresent(folder -> main.addInitialProperty(StartConfiguration.HOME, folder.toString()));
        main.addMainListener(new SettingsFirst());
        main.addMainListener(new QuickRoutesLoader.Binding());
        ROOMS.forEach(main.configure()::addConfiguration);
        main.configure().addConfiguration(StartConfiguration.class);
        return main;
    }

    private static String routes(Optional<Path> home) {
        return home.map(folder -> folder.resolve("routes"))
                .filter(Files::isDirectory)
                .map(folder -> "file:" + folder + "/*.camel.yaml")
                .orElse("classpath:routes/*.camel.yaml");
    }

    /** The two Kamelets that meet the log are in a folder named after the log. */
    private static String kamelets(Optional<Path> home) {
        String builtIn = "classpath:kamelets/{{waystation.log}},classpath:kamelets";
        return home.map(folder -> folder.resolve("kamelets"))
                .filter(Files::isDirectory)
                .map(folder -> "file:" + folder + "/{{waystation.log}},file:" + folder + "," + builtIn)
                .orElse(builtIn);
    }
}
