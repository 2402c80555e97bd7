package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation endpoints}: receivers of deliveries. */
@Command(name = "endpoints", mixinStandardHelpOptions = true,
        description = "Lists, registers, shows, pauses, resumes and removes endpoints that events are delivered to.")
public final class EndpointsCommand {
    private static final String PATH = "/api/endpoints";

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists endpoints.")
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get(PATH, Map.of()), "endpoints", new Table()
                .column("ID", "id").column("NAME", "name").column("URL", "url").column("STATE", "state")
                .column("FAILING SINCE", "failingSince").column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one endpoint.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        output.print(hub.connect().get(path(id), Map.of()));
        return ExitCode.OK;
    }

    @Command(name = "add", mixinStandardHelpOptions = true,
            description = "Registers an endpoint and prints it, with the secret that was made, which is told only now.")
    int add(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "URL", description = "Where deliveries go.") String url,
            @Option(names = "--name", paramLabel = "NAME", description = "For people.") String name,
            @Option(names = "--channel", paramLabel = "PATTERN", description = "Only events of these channels; * stands for any characters.") List<String> channels,
            @Option(names = "--type", paramLabel = "PATTERN", description = "Only events of these types.") List<String> types,
            @Option(names = "--signature", paramLabel = "STYLE",
                    description = "standard-webhooks (the default), github, stripe, slack or edge.") List<String> signatures,
            @Option(names = "--ordering", paramLabel = "ORDER", description = "none (the default), per-key or strict.") String ordering,
            @Option(names = "--retry", paramLabel = "SCHEDULE", description = "Such as 10s, 1m, 10m x 3.") String retry) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("url", url);
        put(body, "name", name);
        put(body, "channels", channels);
        put(body, "types", types);
        put(body, "signatures", signatures);
        put(body, "ordering", ordering);
        put(body, "retry", retry);
        output.print(hub.connect().post(PATH, body));
        return ExitCode.OK;
    }

    private static void put(Map<String, Object> body, String field, Object value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, description = "Stops deliveries to an endpoint and keeps what it is owed.")
    int pause(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks later.") String reason,
            @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        return say(output, id, hub.connect().post(path(id) + "/pause", reason == null ? Map.of() : Map.of("reason", reason)));
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Delivers to an endpoint again, with what it is owed.")
    int resume(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        return say(output, id, hub.connect().post(path(id) + "/resume", Map.of()));
    }

    @Command(name = "rotate", mixinStandardHelpOptions = true,
            description = "Gives an endpoint a new secret and prints it; the old one signs beside it for a while.")
    int rotate(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        JsonNode answer = hub.connect().post(path(id) + "/rotate", Map.of());
        output.say(answer.path("secret").asText(), answer);
        return ExitCode.OK;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Removes an endpoint; what it is owed is cancelled.")
    int remove(@Mixin HubOptions hub, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        hub.connect().delete(path(id));
        return ExitCode.OK;
    }

    private static int say(Output output, String id, JsonNode answer) {
        output.say(id + " " + answer.path("state").asText(), answer);
        return ExitCode.OK;
    }

    private static String path(String id) {
        return PATH + "/" + HubClient.segment(id);
    }
}
