package io.waystation.console;

import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.http.Access;
import io.waystation.http.Token;

/** Writes a line to the log {@code waystation.audit} for everything a person changes, with the name of the token. */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("waystation.audit");

    private Audit() {
    }

    /** Name of the token that made this call. */
    static String who(Exchange exchange) {
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        return token == null ? "-" : token.name();
    }

    /** Notes a change by whoever made this call. */
    static void note(Exchange exchange, String action, Object what) {
        LOG.info("{} {} {}", who(exchange), clean(action), clean(what));
    }

    private static String clean(Object told) {
        return String.valueOf(told).replaceAll("\\p{Cntrl}", "?");
    }
}
