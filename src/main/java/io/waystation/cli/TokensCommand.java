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

/** {@code waystation tokens}: who may do what. */
@Command(name = "tokens", mixinStandardHelpOptions = true, description = "Lists, creates and revokes tokens.")
public final class TokensCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists tokens, without their secrets.")
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get("/api/tokens", Map.of()), "tokens", new Table()
                .column("NAME", "name").column("ROLES", "roles").column("CREATED", "created")
                .column("EXPIRES", "expires").column("LAST USED", "lastUsed"));
        return ExitCode.OK;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Creates a token and prints its secret, once.")
    int create(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NAME", description = "Name, which the audit log carries.") String name,
            @Option(names = "--role", required = true, split = ",", paramLabel = "ROLE",
                    description = "read, replay, operate, approve or fleet; may be given more than once.") List<String> roles,
            @Option(names = "--expires-in", paramLabel = "DURATION", description = "How long it is valid, such as 90d (default: for ever).") String lifetime) {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("name", name);
        roles.forEach(request.putArray("roles")::add);
        if (lifetime != null) {
            request.put("expiresIn", lifetime);
        }
        JsonNode answer = hub.connect().post("/api/tokens", request);
        output.say(answer.path("secret").asText(), answer);
        return ExitCode.OK;
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Ends a token at once.")
    int revoke(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NAME", description = "Name of the token.") String name) {
        hub.connect().delete("/api/tokens/" + HubClient.segment(name));
        output.say("revoked " + name, JsonNodeFactory.instance.objectNode().put("revoked", name));
        return ExitCode.OK;
    }
}
