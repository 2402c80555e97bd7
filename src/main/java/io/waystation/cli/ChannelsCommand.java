package io.waystation.cli;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
                .column("RESPONSE", "response").column("SUBSCRIBERS", "subscribers"));
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
            @Option(names = "--provider", paramLabel = "NAME", description = "How posts are signed (default: auto, by their signature header).") String provider,
            @Option(names = "--secret-env", paramLabel = "VARIABLE", description = "Variable with a secret posts may be signed with; may be given more than once.") List<String> secrets,
            @Option(names = "--reader-env", paramLabel = "VARIABLE", description = "Variable with the token of somebody who may listen; may be given more than once.") List<String> readers,
            @Option(names = "--open", negatable = true, description = "Whether anybody who knows its name may post; unverified.") Boolean open,
            @Option(names = "--open-readers", negatable = true, description = "Whether anybody who knows its name may listen.") Boolean openReaders,
            @Option(names = "--retention", paramLabel = "DURATION", description = "How long its events are kept, such as 7d.") String retention,
            @Option(names = "--response", paramLabel = "POLICY", description = "202, 200 or 503-when-nobody-listens.") String response) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        put(request, "provider", provider);
        put(request, "secrets", secrets);
        put(request, "readers", readers);
        put(request, "open", open);
        put(request, "openReaders", openReaders);
        put(request, "retention", retention);
        put(request, "response", response);
        JsonNode answer = hub.connect().put(path(name), request);
        output.print(answer);
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes the definition of a channel; its events stay.")
    int remove(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "NAME", description = "The channel.") String name) {
        hub.connect().delete(path(name));
        output.say("removed " + name, JsonNodeFactory.instance.objectNode().put("removed", name));
        return ExitCode.OK;
    }

    private static void put(ObjectNode request, String field, String value) {
        if (value != null) {
            request.put(field, value);
        }
    }

    private static void put(ObjectNode request, String field, Boolean value) {
        if (value != null) {
            request.put(field, value);
        }
    }

    private static void put(ObjectNode request, String field, List<String> values) {
        if (values != null) {
            values.stream().map(SendCommand::secret).forEach(request.putArray(field)::add);
        }
    }

    private static String path(String name) {
        return "/api/channels/" + HubClient.segment(name);
    }
}
