package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.settings.Secret;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation endpoints}: receivers of deliveries. */
@Command(name = "endpoints", mixinStandardHelpOptions = true,
        description = "Lists, registers, shows, edits, tests, pauses, resumes and removes endpoints that events are delivered to.")
public final class EndpointsCommand {
    private static final String PATH = "/api/endpoints";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists endpoints.")
    int list(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: active, paused, disabled or expired.") String state,
            @Option(names = "--group", paramLabel = "NAME", description = "Only those of this group.") String group) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("state", state);
        query.put("group", group);
        output.print(hub.connect().get(PATH, query), "endpoints", new Table()
                .column("ID", "id").column("NAME", "name").column("URL", "url").column("STATE", "state")
                .column("FAILING SINCE", "failingSince").column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one endpoint.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        output.print(hub.connect().get(path(id), Map.of()));
        return ExitCode.OK;
    }

    /** What can be said about an endpoint when it is added and later. */
    static final class Fields {
        @Option(names = "--from", paramLabel = "FILE", description = "File with fields as JSON, as the API has them (filter, probe, authentication "
                + "and all others); - is standard input. What options say comes first.")
        private Path from;
        @Option(names = "--name", paramLabel = "NAME", description = "For people.")
        private String name;
        @Option(names = "--channel", paramLabel = "PATTERN", description = "Only events of these channels; * stands for any characters.")
        private List<String> channels;
        @Option(names = "--type", paramLabel = "PATTERN", description = "Only events of these types.")
        private List<String> types;
        @Option(names = "--signature", paramLabel = "STYLE", description = "standard-webhooks (the default), github, stripe, slack or edge.")
        private List<String> signatures;
        @Option(names = "--ordering", paramLabel = "ORDER", description = "none (the default), per-key or strict.")
        private String ordering;
        @Option(names = "--retry", paramLabel = "SCHEDULE", description = "Such as 10s, 1m, 10m x 3.")
        private String retry;
        @Option(names = "--rate", paramLabel = "N", description = "Attempts per second at most; 0 is no limit.")
        private Double rate;
        @Option(names = "--group", paramLabel = "NAME", description = "Endpoints that stand together.")
        private String group;
        @Option(names = "--when-down", paramLabel = "WHAT", description = "What becomes of its deliveries when all of the group are down: hold "
                + "(the default), dead-letter or pull.")
        private String whenDown;
        @Option(names = "--header", paramLabel = "NAME=VALUE", description = "Sent with every delivery. A secret is named as NAME=file:PATH or "
                + "NAME=env:VARIABLE: other users of this machine see command lines.")
        private Map<String, String> headers;
        @Option(names = "--certificate", paramLabel = "FILE", description = "PEM file with a client certificate and its private key.")
        private Path certificate;

        private Map<String, Object> body() {
            Map<String, Object> body = from == null ? new LinkedHashMap<>() : fields(from);
            put(body, "name", name);
            put(body, "channels", channels);
            put(body, "types", types);
            put(body, "signatures", signatures);
            put(body, "ordering", ordering);
            put(body, "retry", retry);
            put(body, "rate", rate);
            put(body, "group", group);
            put(body, "whenDown", whenDown);
            put(body, "headers", headers == null ? null : resolved(headers));
            put(body, "certificate", certificate == null ? null : read(certificate));
            return body;
        }

        private static Map<String, Object> fields(Path file) {
            try {
                byte[] text = file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
                Map<String, Object> fields = JSON.readValue(text, new TypeReference<LinkedHashMap<String, Object>>() { });
                if (fields == null) {
                    throw new CommandFailure(ExitCode.USAGE, file + " is no JSON object");
                }
                return fields;
            } catch (JsonProcessingException malformed) {
                throw new CommandFailure(ExitCode.USAGE, file + " is no JSON object");
            } catch (IOException unreadable) {
                throw new CommandFailure(ExitCode.USAGE, file + " cannot be read");
            }
        }

        /** Values that name a file or a variable, as settings do, are read here; the others are as they stand. */
        private static Map<String, String> resolved(Map<String, String> headers) {
            Map<String, String> read = new LinkedHashMap<>();
            headers.forEach((name, value) -> read.put(name, value.matches("(?s)(env|file|literal):.*")
                    ? Secret.resolve("--header " + name, value, true).text() : value));
            return read;
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException unreadable) {
                throw new CommandFailure(ExitCode.USAGE, file + " cannot be read");
            }
        }
    }

    @Command(name = "add", mixinStandardHelpOptions = true,
            description = "Registers an endpoint and prints it, with the secret that was made, which is told only now.")
    int add(@Mixin HubOptions hub, @Mixin Output output, @ArgGroup(exclusive = false) Fields fields,
            @Option(names = "--pull", description = "The endpoint has no URL and pulls what it is owed.") boolean pull,
            @Parameters(paramLabel = "URL", arity = "0..1", description = "Where deliveries go.") String url) {
        Map<String, Object> body = fields == null ? new LinkedHashMap<>() : fields.body();
        put(body, "url", url);
        put(body, "pull", pull ? true : null);
        output.print(hub.connect().post(PATH, body));
        return ExitCode.OK;
    }

    @Command(name = "edit", mixinStandardHelpOptions = true, description = "Changes what is given of an endpoint, and prints it.")
    int edit(@Mixin HubOptions hub, @Mixin Output output, @ArgGroup(exclusive = false) Fields fields,
            @Option(names = "--to", paramLabel = "URL", description = "Where deliveries go.") String url,
            @Option(names = "--clear", paramLabel = "FIELD", description = "Field that is to be as if it had never been given: channels, types, "
                    + "retry, rate, group, headers or certificate.") List<String> clear,
            @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        Map<String, Object> body = fields == null ? new LinkedHashMap<>() : fields.body();
        put(body, "url", url);
        if (clear != null) {
            clear.forEach(field -> body.put(field, null));
        }
        if (body.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "say what to change");
        }
        output.print(hub.connect().patch(path(id), body));
        return ExitCode.OK;
    }

    @Command(name = "test", mixinStandardHelpOptions = true,
            description = "Sends an endpoint a signed test delivery and prints what came back; ends with 1 when that was no success.")
    int test(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        JsonNode answer = hub.connect().post(path(id) + "/test", Map.of());
        output.print(answer);
        return answer.path("ok").asBoolean() ? ExitCode.OK : ExitCode.FAILED;
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
    int rotate(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--secret-env", paramLabel = "VARIABLE", description = "Variable with the new secret; without it one is made.") String variable,
            @Parameters(paramLabel = "ID", description = "The endpoint.") String id) {
        Map<String, String> given = variable == null ? Map.of()
                : Map.of("secret", Secret.resolve("--secret-env", "env:" + variable, false).text());
        JsonNode answer = hub.connect().post(path(id) + "/rotate", given);
        output.say(variable == null ? answer.path("secret").asText() : id + " has the new secret", answer);
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
