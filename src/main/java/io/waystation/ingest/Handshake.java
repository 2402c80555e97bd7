package io.waystation.ingest;

import java.util.Optional;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/** Requests that only ask whether anybody is there: answered at once, not kept. */
final class Handshake {
    private static final Wanted CHALLENGE = Wanted.of("type", "challenge");
    private static final Wanted TEST = Wanted.of("test");
    private static final int LONGEST_TEST = 64;

    private Handshake() {
    }

    /**
     * Bitbucket Server's connection test, which it does not sign: nothing is kept of it, so nothing is lost by
     * letting anybody send one.
     */
    static Optional<Answer> unsigned(Provider provider, Headers headers, byte[] body) {
        boolean test = provider == Provider.BITBUCKET_SERVER && body.length <= LONGEST_TEST
                && headers.first("x-hub-signature").isEmpty()
                && "true".equals(JsonFields.read(body, TEST).get("test"));
        return test ? Optional.of(new Answer(200, "application/json", "{\"test\":true}\n")) : Optional.empty();
    }

    /**
     * Slack's challenge to a new address, after it has been verified.
     *
     * @see <a href="https://docs.slack.dev/reference/events/url_verification">Slack, url_verification</a>
     */
    static Optional<Answer> signed(Provider provider, byte[] body) {
        if (provider != Provider.SLACK) {
            return Optional.empty();
        }
        JsonFields fields = JsonFields.read(body, CHALLENGE);
        String challenge = Allowed.id(fields.get("challenge"));
        return "url_verification".equals(fields.get("type")) && challenge != null
                ? Optional.of(new Answer(200, "text/plain", challenge)) : Optional.empty();
    }

    /** A complete answer. */
    record Answer(int status, String contentType, String body) {
        /** Answers and ends the route. */
        void answer(Exchange exchange) {
            Message message = exchange.getMessage();
            message.removeHeaders("*");
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
            message.setHeader(Exchange.CONTENT_TYPE, contentType);
            message.setBody(body);
            exchange.setRouteStop(true);
        }
    }
}
