package io.waystation.console;

import java.io.IOException;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes what the API answers into an exchange. */
final class ApiAnswer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ApiAnswer() {
    }

    /** A new JSON object. */
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Answers with JSON. */
    static void json(Exchange exchange, int status, JsonNode answer) {
        try {
            bytes(exchange, status, "application/json", JSON.writeValueAsBytes(answer));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Answers with nothing but success. */
    static void done(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        message.setBody(new byte[0]);
    }

    /** Answers with bytes, which no cache keeps and no browser interprets. */
    static void bytes(Exchange exchange, int status, String contentType, byte[] body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, contentType);
        message.setHeader("Cache-Control", "no-store");
        message.setHeader("X-Content-Type-Options", "nosniff");
        message.setBody(body);
    }
}
