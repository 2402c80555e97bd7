package io.waystation.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.waystation.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation channels}: who may post to and listen on a channel, and how long it keeps events. */
@Command(name = "channels", mixinStandardHelpOptions = true, description = "Lists, shows, sets and removes channels.")
public final class ChannelsCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the channels somebody defined.")
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get("/api/channels", Map.of()), "channels", new Table()
                .column("NAME", "name").column("DEFINED BY", "origin").column("PROVIDER", "provider")
                .column("SECRETS", "secrets").column("READERS", "readers")
                .column("OPEN", "open").column("OPEN READERS", "openReaders").column("RETENTION", "retention")
                .column("RESPONSE", "response").column("QUOTA", row -> quota(row.path("quota")))
                .column("CREDENTIALS", row -> row.path("keepCredentials").asBoolean() ? "kept" : "-")
                .column("SUBSCRIBERS", "subscribers"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows what holds for one channel.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "NAME", description = "The channel.") String name) {
        output.print(hub.connect().get(path(name), Map.of()));
        return ExitCode.OK;
    }

    @Command(name = "set", mixinStandardHelpOptions = true, description = {
        "Defines a channel, or changes what is named and leaves the rest.",
        "A new one is closed: without secrets only sources post to it, without readers only hub tokens open it.",
        "Secrets are read from this command's environment and kept encrypted by the hub."})
    int set(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NAME", description = "The channel.") String name,
            @Mixin ChannelRules rules) {
        JsonNode answer = hub.connect().put(path(name), rules.request());
        output.print(answer);
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes the definition of a channel; its events stay.")
    int remove(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "NAME", description = "The channel.") String name) {
        hub.connect().delete(path(name));
        output.say("removed " + name, JsonNodeFactory.instance.objectNode().put("removed", name));
        return ExitCode.OK;
    }

    /** The limits there are, in words; a hyphen for none. */
    private static String quota(JsonNode quota) {
        List<String> limits = new ArrayList<>();
        limit(limits, quota, "eventsPerSecond", rate -> rate.asText().replaceFirst("\\.0$", "") + "/s");
        limit(limits, quota, "burst", posts -> "burst " + posts.asText());
        limit(limits, quota, "bytesPerDay", bytes -> Settings.size(bytes.asLong()) + "/day");
        limit(limits, quota, "subscribers", clients -> clients.asText() + " subscribers");
        return limits.isEmpty() ? "-" : String.join(", ", limits);
    }

    private static void limit(List<String> limits, JsonNode quota, String field, Function<JsonNode, String> words) {
        if (quota.path(field).asDouble() > 0) {
            limits.add(words.apply(quota.path(field)));
        }
    }

    private static String path(String name) {
        return "/api/channels/" + HubClient.segment(name);
    }
}
