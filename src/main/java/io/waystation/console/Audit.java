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

    /** Notes a change by whoever made this call. */
    static void note(Exchange exchange, String action, Object what) {
        Token token = exchange.getProperty(Access.TOKEN_PROPERTY, Token.class);
        LOG.info("{} {} {}", token == null ? "-" : token.name(), action, String.valueOf(what).replaceAll("\\p{Cntrl}", "?"));
    }
}
