package io.waystation.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.cli.client.DeadLetters;
import io.waystation.cli.client.QueryText;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation events}: what the log holds, and sending it again. */
@Command(name = "events", mixinStandardHelpOptions = true, description = "Lists, shows and replays events.")
public final class EventsCommand {
    /** What the API shows in place of a credential; nobody is helped by getting it. */
    private static final String MASKED = "***";
    private static final Set<String> SET_BY_THE_CLIENT = Set.of("host", "content-length", "connection", "expect", "upgrade");

    /** Which events. */
    public static final class Selection {
        @Option(names = "--channel", paramLabel = "NAME", description = "Only of this channel.")
        private String channel;
        @Option(names = "--type", paramLabel = "PATTERN", description = "Only of types like this, such as com.github.push or com.github.*.")
        private String type;
        @Option(names = "--source", paramLabel = "PATTERN", description = "Only from sources like this, such as /github/acme/*.")
        private String source;
        @Option(names = "--verified", paramLabel = "true|false", description = "Only verified events, or only unverified ones.")
        private String verified;
        @Option(names = "--since", paramLabel = "TIME", description = "Only events accepted from then on: 2026-01-31T12:00:00Z, or how long ago: 2h, 7d.")
        private String since;
        @Option(names = "--until", paramLabel = "TIME", description = "Only events accepted before then.")
        private String until;
        @Option(names = "--text", paramLabel = "TEXT", description = "Only events with this text in their id, channel, source, type, subject or delivery id.")
        private String text;

        private Map<String, String> query() {
            Map<String, String> query = new LinkedHashMap<>();
            query.put("channel", channel);
            query.put("type", type);
            query.put("source", source);
            query.put("verified", verified);
            query.put("since", since);
            query.put("until", until);
            query.put("text", text);
            return query;
        }

        private boolean isEmpty() {
            return query().values().stream().allMatch(java.util.Objects::isNull);
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists events, newest first.")
    int list(@Mixin HubOptions hub, @Mixin Output output,
            @ArgGroup(exclusive = false, heading = "Which events:%n") Selection selection,
            @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "At most so many, up to 1000 (default: 50).") int limit,
            @Option(names = "--before", paramLabel = "POSITION", description = "Only events before this position, to page on.") String before) {
        Map<String, String> query = selection == null ? new LinkedHashMap<>() : selection.query();
        query.put("limit", Integer.toString(limit));
        query.put("before", before);
        output.print(hub.connect().get("/api/events", query), "events", table());
        return ExitCode.OK;
    }

    private static Table table() {
        return new Table().column("POSITION", "position").column("ACCEPTED", "accepted").column("CHANNEL", "channel").column("TYPE", "type")
                .column("SOURCE", "source").column("SUBJECT", "subject").column("VERIFIED", "verified").column("ID", "id");
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one event with its headers.")
    int show(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "ID", description = "Id or position of the event.") String id,
            @Option(names = "--body-to", paramLabel = "FILE", description = "Writes the exact body to this file.") Path bodyTo) throws IOException {
        HubClient client = hub.connect();
        JsonNode event = client.get(path(id), Map.of());
        if (bodyTo != null) {
            Files.write(bodyTo, client.bytes(path(id) + "/body"));
        }
        output.print(event, withBodyExplained(event, bodyTo));
        return ExitCode.OK;
    }

    /** The event for people, who do not know that a body that may be anything is written in base64. */
    private static JsonNode withBodyExplained(JsonNode event, Path bodyTo) {
        ObjectNode explained = event.deepCopy();
        String body = explained.remove("body").asText();
        return bodyTo == null ? explained.put("body (base64)", body)
                : explained.put("body", event.path("size").asText() + " bytes, written to " + bodyTo);
    }

    @Command(name = "replay", mixinStandardHelpOptions = true, description = {
        "Sends events again, by id or by what they have in common.",
        "Into the hub they come as new events with ids of their own; --to posts one event to an address instead."})
    int replay(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "ID", arity = "0..1", description = "Id or position of one event.") String id,
            @ArgGroup(exclusive = false, heading = "Or which events:%n") Selection selection,
            @Option(names = "--into", paramLabel = "CHANNEL", description = "Channel they go to (default: the one each came from).") String into,
            @Option(names = "--to", paramLabel = "URL", description = "Posts the one event to this address, with its query, headers and exact bytes.") String to,
            @Option(names = "--client", paramLabel = "FOLDER", description = "Sends a dead letter of the client with this data folder again, by its name, the id of its event, or 'all'.") Path client,
            @Option(names = "--limit", defaultValue = "100", paramLabel = "N", description = "At most so many events, up to 1000 (default: 100).") int limit,
            @Option(names = "--dry-run", description = "Only lists the events they would be, in the order they came.") boolean dryRun) throws IOException {
        boolean some = selection != null && !selection.isEmpty();
        if ((id == null) == !some) {
            throw new CommandFailure(ExitCode.USAGE, "name one event by id, or say which events with --channel, --type, --since, ...");
        }
        if (dryRun && (client != null || to != null) || client != null && to != null || into != null && (client != null || to != null)) {
            throw new CommandFailure(ExitCode.USAGE, "--client, --to and --into exclude each other, and --dry-run is for the hub's replays");
        }
        if (client != null) {
            return replayDeadLetters(output, client, id);
        }
        if (to != null) {
            return post(hub.connect(), output, id, to);
        }
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        if (into != null) {
            request.put("into", into);
        }
        if (id != null && dryRun) {
            JsonNode event = hub.connect().get(path(id), Map.of());
            ObjectNode answer = JsonNodeFactory.instance.objectNode().put("dryRun", true)
                    .put("position", event.path("position").asText()).put("channel", into == null ? event.path("channel").asText() : into);
            output.print(answer, JsonNodeFactory.instance.objectNode().set("events", JsonNodeFactory.instance.arrayNode().add(event)), "events", table(),
                    "would replay 1 event");
            return ExitCode.OK;
        }
        if (id != null) {
            JsonNode answer = hub.connect().post(path(id) + "/replay", request);
            output.say("replayed as " + answer.path("position").asText(), answer);
            return ExitCode.OK;
        }
        selection.query().forEach((name, value) -> {
            if (value != null) {
                request.put(name, value);
            }
        });
        request.put("limit", limit).put("dryRun", dryRun);
        JsonNode answer = hub.connect().post("/api/events/replay", request);
        if (dryRun) {
            output.print(answer, answer, "events", table(), "would replay " + events(answer.path("events").size()));
            return ExitCode.OK;
        }
        return sayReplayed(output, answer);
    }

    private static String events(int count) {
        return count + (count == 1 ? " event" : " events");
    }

    private static int sayReplayed(Output output, JsonNode answer) {
        JsonNode stopped = answer.path("stopped");
        StringBuilder said = new StringBuilder("replayed ").append(events(answer.path("events").size()));
        stopped.path("notReplayed").forEach(id -> said.append("\nnot replayed: ").append(Table.text(id)));
        output.say(said.toString(), answer);
        if (stopped.isObject()) {
            throw new CommandFailure(ExitCode.REFUSED, "the hub stopped before " + events(stopped.path("notReplayed").size()) + ", to be"
                    + " replayed by id: " + stopped.path("detail").asText() + " (" + stopped.path("code").asText() + ")");
        }
        return ExitCode.OK;
    }

    private static int replayDeadLetters(Output output, Path client, String id) throws IOException {
        if (id == null) {
            throw new CommandFailure(ExitCode.USAGE, "--client takes a dead letter by its name, the id of its event, or 'all'");
        }
        if (!Files.isDirectory(client)) {
            throw new CommandFailure(ExitCode.FAILED, "there is no folder " + client
                    + "; a client says at its start in which folder it keeps dead letters");
        }
        DeadLetters letters = DeadLetters.of(client);
        boolean all = id.equals("all");
        int moved = all ? letters.replayAll() : letters.replay(id);
        if (moved == 0 && !all) {
            throw new CommandFailure(ExitCode.FAILED, "no dead letter and no event of one is called '" + id + "' in " + client
                    + "; see waystation dead-letters list --client " + client);
        }
        output.say(moved == 0 ? "there are no dead letters in " + client
                : moved + (moved == 1 ? " dead letter is" : " dead letters are") + " sent again "
                        + (letters.clientRuns() ? "now" : "as soon as the client runs"),
                JsonNodeFactory.instance.objectNode().put("replayed", moved));
        return ExitCode.OK;
    }

    private static int post(HubClient client, Output output, String id, String to) throws IOException {
        if (id == null) {
            throw new CommandFailure(ExitCode.USAGE, "--to takes one event by its id");
        }
        JsonNode event = client.get(path(id), Map.of());
        byte[] body = Base64.getDecoder().decode(event.path("body").asText());
        URI target = QueryText.behind(HubClient.exactly(to), event.path("query").asText(null));
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .timeout(Duration.ofSeconds(60))
                .method(event.path("method").asText("POST"), HttpRequest.BodyPublishers.ofByteArray(body));
        event.path("headers").fields().forEachRemaining(header -> {
            if (!SET_BY_THE_CLIENT.contains(header.getKey())) {
                header.getValue().forEach(value -> {
                    if (!value.asText().equals(MASKED)) {
                        request.header(header.getKey(), value.asText());
                    }
                });
            }
        });
        request.setHeader("Idempotency-Key", event.path("id").asText());
        HttpResponse<byte[]> response = client.sendElsewhere(request.build());
        if (response.statusCode() / 100 != 2) {
            throw HubClient.refused(response);
        }
        output.say(to + " answered " + response.statusCode(),
                JsonNodeFactory.instance.objectNode().put("url", to).put("status", response.statusCode()));
        return ExitCode.OK;
    }

    private static String path(String id) {
        return "/api/events/" + HubClient.segment(id);
    }
}
