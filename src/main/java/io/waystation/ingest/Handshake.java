package io.waystation.ingest;

import java.util.Map;
import java.util.Optional;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/** Requests that only ask whether anybody is there: answered at once, not kept. */
final class Handshake {
    private Handshake() {
    }

    /** The answer, when the request is one; it has been verified already. */
    static Optional<Answer> of(Provider provider, Headers headers, byte[] body) {
        return Optional.empty();
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
