package io.waystation.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;

import org.apache.camel.main.Main;

import io.waystation.settings.LayeredSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code waystation serve}: starts the hub and runs until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Starts the hub.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped, by SIGTERM or Ctrl-C", "1:failed, or did not stop in order", "2:wrong usage, or a wrong setting",
            "3:cannot start: its port, data folder, data format or routes"})
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

    /**
     * The command of plain arguments, read without picocli, whose reflection takes a tenth of the time until the hub answers.
     *
     * @return empty when picocli has to look at them: {@code --help}, a mistake, a rarer way to write an option
     */
    static Optional<ServeCommand> plain(List<String> arguments, Map<String, String> environment) {
        ServeCommand command = new ServeCommand();
        command.profile = environment.get("WAYSTATION_PROFILE");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "-";
            boolean plain = !value.isEmpty() && "-@\"".indexOf(value.charAt(0)) < 0 && (name.equals("-D") || seen.add(name));
            if (!plain || !command.set(name, value)) {
                return Optional.empty();
            }
        }
        return Optional.of(command);
    }

    private boolean set(String name, String value) {
        switch (name) {
            case "--host" -> host = value;
            case "--port" -> port = value;
            case "--data" -> data = value;
            case "--profile" -> profile = value;
            case "-D" -> {
                int equals = value.indexOf('=');
                if (equals < 1) {
                    return false;
                }
                settings.put(value.substring(0, equals), value.substring(equals + 1));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public Integer call() throws Exception {
        Optional<Path> home = ConfigCommand.home();
        Map<String, String> given = given();
        Properties merged = LayeredSettings.merge(profile(), home, System.getenv(), System.getProperties(), given);
        Main main = Hub.create(merged, home);
        main.addMainListener(new Ready(System.out));
        Map<String, String> ofCamel = new LinkedHashMap<>(given);
        ofCamel.keySet().removeIf(key -> !key.startsWith("camel."));
        ofCamel.forEach(System::setProperty); // Camel takes its environment variables before all but these
        try {
            return OrderlyStop.run(main);
        } finally {
            ofCamel.keySet().forEach(System::clearProperty);
        }
    }

    Optional<String> profile() {
        return Optional.ofNullable(profile).filter(name -> !name.isBlank());
    }

    /** Settings as the command line gives them. */
    Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>(settings);
        put(given, "waystation.host", host);
        put(given, "waystation.port", port);
        put(given, "waystation.data", data);
        return given;
    }

    private static void put(Map<String, String> target, String key, String value) {
        if (value != null) {
            target.put(key, value);
        }
    }
}
