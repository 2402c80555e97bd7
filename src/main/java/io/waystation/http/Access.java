package io.waystation.http;

import java.util.Map;
import java.util.Optional;

import org.apache.camel.Exchange;

/** Lets a request pass only with a token that has the role a route asks for. */
public final class Access {
    /** Registry name. */
    public static final String NAME = "access";

    /** Exchange property: the {@link Token} a request was let in with. */
    public static final String TOKEN_PROPERTY = "CamelWaystationToken";

    private static final String SCHEME = "bearer ";
    private static final Map<String, String> CHALLENGE = Map.of("WWW-Authenticate", "Bearer realm=\"waystation\"");

    private final Tokens tokens;

    /** Access by these tokens. */
    public Access(Tokens tokens) {
        this.tokens = tokens;
    }

    /**
     * The token of the request's {@code Authorization: Bearer} header, which must have the role. Sets
     * {@link #TOKEN_PROPERTY}.
     *
     * @throws ProblemException 401 {@code token-required} or 403 {@code role-missing}
     */
    public Token require(Exchange exchange, String role) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        Token token = require(request, Role.of(role));
        exchange.setProperty(TOKEN_PROPERTY, token);
        return token;
    }

    /**
     * As {@link #require(Exchange, String)}, without an answer that would take the place of the body. Called from
     * routes through {@code kamelet:require-role-action}.
     *
     * @param query whether the token may also be the query parameter {@code access_token}, see {@link #querySecret}
     */
    public void pass(Exchange exchange, String role, boolean query) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        Optional<String> secret = secret(request);
        exchange.setProperty(TOKEN_PROPERTY,
                require(query ? secret.or(() -> querySecret(request)) : secret, Role.of(role)));
    }

    /** As {@link #require(Exchange, String)}, of a request. */
    public Token require(HttpRequest request, Role role) {
        return require(secret(request), role);
    }

    /** As {@link #require(Exchange, String)}, of a secret that came another way; empty means none came. */
    public Token require(Optional<String> secret, Role role) {
        Token token = secret.flatMap(tokens::find).orElseThrow(() -> tokenRequired(
                "This needs a token with the role " + role + ", sent as 'Authorization: Bearer <token>'."
                        + " The first token is in the hub's data folder."));
        if (!token.roles().contains(role)) {
            throw new ProblemException(403, "role-missing",
                    "The token '" + token.name() + "' does not have the role " + role + ".");
        }
        return token;
    }

    /** The answer to who shows no token that is good: 401 {@code token-required}, naming the scheme as RFC 6750 asks. */
    public static ProblemException tokenRequired(String detail) {
        return new ProblemException(401, "token-required", detail, CHALLENGE);
    }

    /** Secret of the request's {@code Authorization: Bearer} header. */
    public static Optional<String> secret(HttpRequest request) {
        return secret(request.headers().first("authorization").orElse(null));
    }

    /** Secret of the value of an {@code Authorization} header, which may be null. */
    static Optional<String> secret(String authorization) {
        return Optional.ofNullable(authorization)
                .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(value -> value.substring(SCHEME.length()).trim())
                .filter(value -> !value.isEmpty());
    }

    /** Secret of the {@code access_token} query parameter, for streams opened by browsers, which send no headers. */
    public static Optional<String> querySecret(HttpRequest request) {
        return QueryString.first(request.query(), "access_token").filter(value -> !value.isEmpty());
    }
}
