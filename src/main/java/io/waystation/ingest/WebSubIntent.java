package io.waystation.ingest;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;

/**
 * Answers a WebSub hub that asks whether we meant to subscribe to a topic, or to end that: only for topics the route
 * names is a subscription meant, and only for others its end. Anybody may ask; nothing is kept.
 *
 * @see <a href="https://www.w3.org/TR/websub/#hub-verifies-intent">WebSub, section 5.3, Hub Verifies Intent of the Subscriber</a>
 */
public final class WebSubIntent {
    private static final int LONGEST = 1_024;

    private Set<String> topics = Set.of();

    /** Topics we subscribe to, comma-separated. */
    public void setTopics(String text) {
        topics = Arrays.stream(text.split(",")).map(String::trim).filter(topic -> !topic.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Answers the challenge, or 404 as the specification asks for what is not meant. */
    public void answer(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        String mode = QueryString.first(request.query(), "hub.mode").orElse("");
        String topic = QueryString.first(request.query(), "hub.topic").orElse("");
        boolean meant = switch (mode) {
            case "subscribe" -> topics.contains(topic);
            case "unsubscribe" -> !topics.contains(topic);
            case "denied" -> true;
            default -> throw new ProblemException(400, "unknown-mode", "hub.mode must be subscribe, unsubscribe or denied");
        };
        String challenge = QueryString.first(request.query(), "hub.challenge").orElse("");
        if (!meant) {
            throw new ProblemException(404, "not-our-topic", "this is not what we asked of this topic");
        }
        if (challenge.length() > LONGEST || challenge.isEmpty() && !mode.equals("denied")) {
            throw new ProblemException(400, "bad-challenge", "hub.challenge must have 1 to " + LONGEST + " characters");
        }
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        message.setHeader(Exchange.CONTENT_TYPE, "text/plain; charset=utf-8");
        message.setHeader("X-Content-Type-Options", "nosniff"); // the text is the asker's
        message.setBody(challenge);
    }
}
