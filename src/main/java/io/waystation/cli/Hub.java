package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.service.ServiceHelper;

import io.waystation.channel.ChannelConfiguration;
import io.waystation.console.ConsoleConfiguration;
import io.waystation.delivery.DeliveryConfiguration;
import io.waystation.github.GithubConfiguration;
import io.waystation.http.HttpConfiguration;
import io.waystation.ingest.IngestConfiguration;
import io.waystation.journal.JournalConfiguration;
import io.waystation.relay.RelayConfiguration;
import io.waystation.settings.FileLocation;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
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
    private static final List<CamelConfiguration> ROOMS = List.of(
            new StoreConfiguration(),
            new ChannelConfiguration(),
            new HttpConfiguration(),
            new JournalConfiguration(),
            new IngestConfiguration(),
            new RelayConfiguration(),
            new WorkConfiguration(),
            new OperationConfiguration(),
            new GithubConfiguration(),
            new UpdateConfiguration(),
            new TaskConfiguration(),
            new ReleaseConfiguration(),
            new RunConfiguration(),
            new FleetConfiguration(),
            new DeliveryConfiguration(),
            new ConsoleConfiguration());

    private Hub() {
    }

    /**
     * A hub ready to start.
     *
     * @param settings every setting, as {@link io.waystation.settings.LayeredSettings} merges them
     * @param home folder whose {@code routes} and {@code kamelets} win over the built-in ones, or empty
     * @throws InvalidSettingException when the home has no routes, or a setting of Camel is of the wrong kind;
     *     for the hub's own settings it stops the start, before anything else does
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
        main.addMainListener(new Checking());
        main.addMainListener(new QuickRoutesLoader.Binding());
        ROOMS.forEach(main.configure()::addConfiguration);
        main.configure().addConfiguration(StartConfiguration.class);
        return main;
    }

    /**
     * Stops what has begun of an application that cannot start. Camel takes one that failed before its start for stopped, and
     * leaves its services.
     *
     * @param cannotStart why; gets what cannot be stopped either as suppressed
     */
    public static void abandon(Main main, Exception cannotStart) {
        List<Object> begun = new ArrayList<>(List.of(main));
        CamelContext context = main.getCamelContext();
        if (context != null) {
            List<Service> services = new ArrayList<>(context.getCamelContextExtension().getServices());
            Collections.reverse(services);
            begun.add(context);
            begun.addAll(services);
        }
        for (Object each : begun) {
            try {
                ServiceHelper.stopAndShutdownService(each);
            } catch (RuntimeException cannotStop) {
                cannotStart.addSuppressed(cannotStop);
            }
        }
    }

    /**
     * Says whether a hub could start with these settings, as far as they tell; opens and writes nothing.
     *
     * @throws InvalidSettingException naming the first that cannot be used
     */
    static void check(Properties settings, Optional<Path> home) throws Exception {
        CamelSettings.check(settings, System.getenv());
        routes(home);
        try (CamelContext context = new DefaultCamelContext()) { // reads placeholders in settings as the hub does
            context.getPropertiesComponent().setInitialProperties(settings);
            check(Settings.of(context));
        }
    }

    /** Lets each room say whether its settings can be used. */
    static void check(Settings settings) {
        ROOMS.stream().filter(SettingsCheck.class::isInstance).forEach(room -> ((SettingsCheck) room).check(settings));
    }

    /** Looks at all settings once they can be read, before the first room takes the data folder. */
    private static final class Checking extends MainListenerSupport {
        @Override
        public void beforeConfigure(BaseMainSupport main) {
            check(Settings.of(main.getCamelContext()));
        }
    }

    /** A home without the folder has the built-in ones. An empty folder is a mistake: the hub would answer 404 to every webhook. */
    private static String routes(Optional<Path> home) {
        Optional<Path> routes = home.map(folder -> folder.resolve("routes")).filter(Files::isDirectory);
        if (routes.isEmpty()) {
            return "classpath:routes/*.camel.yaml";
        }
        try {
            List<String> files = FileLocation.matching(routes.get(), "*.camel.yaml");
            if (files.isEmpty()) {
                throw new InvalidSettingException("the folder " + routes.get(), "holds no *.camel.yaml, so that the hub would do nothing;"
                        + " put route files there, or remove it to use the built-in ones");
            }
            return String.join(",", files);
        } catch (IOException unreadable) {
            throw new InvalidSettingException("the folder " + routes.get(), "cannot be read: " + CommandFailure.reason(unreadable));
        }
    }

    /** The two Kamelets that meet the log are in a folder named after the log. */
    private static String kamelets(Optional<Path> home) {
        String builtIn = "classpath:kamelets/{{waystation.log}},classpath:kamelets";
        return home.map(folder -> folder.resolve("kamelets"))
                .filter(Files::isDirectory)
                .map(FileLocation::of)
                .map(folder -> folder + "/{{waystation.log}}," + folder + "," + builtIn)
                .orElse(builtIn);
    }
}
