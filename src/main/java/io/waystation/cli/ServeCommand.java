package io.waystation.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;

import org.apache.camel.main.Main;

import io.waystation.settings.LayeredSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code waystation serve}: starts the hub and runs until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Starts the hub.")
public final class ServeCommand implements Callable<Integer> {
    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on (default: 127.0.0.1).")
    private String host;

    @Option(names = "--port", paramLabel = "PORT", description = "Port to listen on, 0 for any free one (default: 3333).")
    private String port;

    @Option(names = "--data", paramLabel = "FOLDER", description = "Folder for everything the hub keeps (default: data).")
    private String data;

    @Option(names = "--profile", paramLabel = "NAME", defaultValue = "${env:WAYSTATION_PROFILE}",
            description = "Profile to run with, such as dev or prod (default: WAYSTATION_PROFILE, else none).")
    private String profile;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Sets any setting; may be given more than once.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        Map<String, String> commandLine = new LinkedHashMap<>(settings);
        put(commandLine, "waystation.host", host);
        put(commandLine, "waystation.port", port);
        put(commandLine, "waystation.data", data);
        Optional<Path> home = ConfigCommand.home();
        Properties merged = LayeredSettings.merge(
                Optional.ofNullable(profile).filter(name -> !name.isBlank()), home, System.getenv(), System.getProperties(), commandLine);
        Main main = Hub.create(merged, home);
        main.addMainListener(new Ready(System.out));
        try {
            main.run();
        } catch (Exception cannotStart) {
            main.stop(); // frees the port and the data folder, and lets the JVM end without waiting for them
            throw cannotStart;
        }
        return main.getExitCode();
    }

    private static void put(Map<String, String> target, String key, String value) {
        if (value != null) {
            target.put(key, value);
        }
    }
}
