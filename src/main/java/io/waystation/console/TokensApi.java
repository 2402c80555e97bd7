package io.waystation.console;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

import io.waystation.http.Access;
import io.waystation.http.ProblemException;
import io.waystation.http.Role;
import io.waystation.http.Token;
import io.waystation.http.Tokens;

/** Bean {@code tokensApi}: lists, creates and revokes tokens. */
public final class TokensApi {
    private final Tokens tokens;

    TokensApi(Tokens tokens) {
        this.tokens = tokens;
    }

    /** {@code GET /api/tokens}. */
    public void list(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("tokens");
        for (Token token : tokens.list()) {
            ObjectNode row = rows.addObject().put("name", token.name());
            token.roles().stream().sorted().map(Role::toString).forEach(row.putArray("roles")::add);
            row.put("created", token.created().toString())
                    .put("expires", token.expires().map(Instant::toString).orElse(null))
                    .put("lastUsed", token.lastUsed().map(Instant::toString).orElse(null));
        }
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code POST /api/tokens}. The secret is in this answer and nowhere else. */
    public void create(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange, "name", "roles", "expiresIn");
        String name = request.text("name").orElseThrow(() -> ApiRequest.invalid("name", "is missing"));
        Optional<Duration> lifetime = request.text("expiresIn").map(text -> ApiRequest.duration("expiresIn", text));
        Set<Role> roles = roles(request.body().path("roles"));
        requireRoles(exchange, roles, "give it to one");
        String secret = tokens.create(name, roles, lifetime);
        Audit.note(exchange, "created token", name);
        ApiAnswer.json(exchange, 201, ApiAnswer.object().put("name", name).put("secret", secret));
    }

    /** Nobody gives a token more than the one it is made with may do, nor ends one that may do more to take its name. */
    private static void requireRoles(Exchange exchange, Set<Role> roles, String what) {
        Token own = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        roles.stream().sorted().filter(role -> !own.roles().contains(role)).findFirst().ifPresent(role -> {
            throw new ProblemException(403, "role-missing",
                    "The token '" + own.name() + "' does not have the role " + role + ", so it cannot " + what + ".");
        });
    }

    private static Set<Role> roles(JsonNode given) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (JsonNode role : given) {
            try {
                roles.add(Role.of(role.asText()));
            } catch (IllegalArgumentException unknown) {
                throw ApiRequest.invalid("roles", "are wrong: " + unknown.getMessage());
            }
        }
        return roles;
    }

    /** {@code DELETE /api/tokens/{name}}. */
    public void revoke(Exchange exchange) {
        String name = ApiRequest.of(exchange).path("name");
        tokens.list().stream().filter(token -> token.name().equals(name))
                .forEach(token -> requireRoles(exchange, token.roles(), "revoke one that has it"));
        if (!tokens.revoke(name)) {
            throw ApiRequest.missing("no-such-token", "There is no token '" + name + "'.");
        }
        Audit.note(exchange, "revoked token", name);
        ApiAnswer.done(exchange);
    }
}
