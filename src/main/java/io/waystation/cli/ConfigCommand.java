package io.waystation.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.LayeredSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code waystation config}: which settings there are, and whether those given are right. */
@Command(name = "config", mixinStandardHelpOptions = true, description = "Lists and checks settings, without starting a hub.")
public final class ConfigCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists every setting with its value, its default and its environment variable.")
    int list(@Mixin Output output,
            @Option(names = "--profile", paramLabel = "NAME", description = "Profile to look at.") String profile,
            @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Sets any setting.") Map<String, String> given) {
        Properties merged = merge(profile, given);
        Properties defaults = LayeredSettings.declared();
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (String key : new TreeSet<>(merged.stringPropertyNames())) {
            if (key.startsWith("waystation.")) {
                ObjectNode row = rows.addObject().put("key", key).put("value", merged.getProperty(key));
                row.put("default", defaults.getProperty(key));
                row.put("variable", LayeredSettings.variable(key));
            }
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("settings", rows);
        output.print(answer, "settings", new Table()
                .column("KEY", "key").column("VALUE", "value").column("DEFAULT", "default").column("VARIABLE", "variable"));
        return ExitCode.OK;
    }

    @Command(name = "check", mixinStandardHelpOptions = true, description = "Says whether a hub could start with these settings; secrets are not looked up.")
    int check(@Mixin Output output,
            @Option(names = "--profile", paramLabel = "NAME", description = "Profile to look at.") String profile,
            @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Sets any setting.") Map<String, String> given) throws Exception {
        Properties merged = merge(profile, given);
        Hub.check(merged, home());
        int known = merged.size();
        output.say("ok: " + known + " settings", JsonNodeFactory.instance.objectNode().put("settings", known));
        return ExitCode.OK;
    }

    private static Properties merge(String profile, Map<String, String> given) {
        return LayeredSettings.merge(Optional.ofNullable(profile), home(), System.getenv(), System.getProperties(),
                given == null ? new LinkedHashMap<>() : given);
    }

    /**
     * Folder whose files win over the built-in ones, when there is one: where the hub is installed, or WAYSTATION_HOME.
     *
     * @throws InvalidSettingException when it is not there
     */
    static Optional<Path> home() {
        Optional<Path> home = Optional.ofNullable(System.getProperty(StartConfiguration.HOME)).map(Path::of);
        home.filter(folder -> !Files.isDirectory(folder)).ifPresent(folder -> {
            throw new InvalidSettingException("WAYSTATION_HOME", "(-D" + StartConfiguration.HOME + ") names the folder " + folder
                    + ", which is not there");
        });
        return home;
    }
}
