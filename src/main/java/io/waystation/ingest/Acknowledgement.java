package io.waystation.ingest;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.channel.ResponsePolicy;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.ingest.SourceSettings.Answer;
import io.waystation.journal.JournalFullException;

/** Writes answers to senders. */
final class Acknowledgement {
    private static final String JSON = "application/json";

    private final String gosmeeVersion;

    /** Answers in the name of this version of gosmee where its clients look for one. */
    Acknowledgement(String gosmeeVersion) {
        this.gosmeeVersion = gosmeeVersion;
    }

    /** Says where the event stands in the log. */
    void answer(Exchange exchange, Source source, Channels channels) {
        Message message = exchange.getMessage();
        Event event = exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        String position = String.valueOf(message.getHeader(EventHeaders.POSITION));
        boolean duplicate = Boolean.TRUE.equals(message.getHeader(EventHeaders.DUPLICATE, Boolean.class));
        boolean gosmee = source.settings().answer() == Answer.GOSMEE;
        boolean ok = gosmee && channels.policy(event.channel()).map(ChannelPolicy::response)
                .filter(policy -> policy == ResponsePolicy.OK).isPresent();
        int status = ok ? 200 : source.settings().status();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, JSON);
        if (gosmee) {
            message.setHeader("X-Gosmee-Version", gosmeeVersion);
        }
        message.setBody(gosmee ? gosmee(event.channel(), status, position) : own(event, position, duplicate));
        source.count(duplicate ? "duplicate" : "accepted");
    }

    /** {@code stream_id} as gosmee has it when it keeps events. Values need no escaping: all are of plain characters. */
    private String gosmee(String channel, int status, String position) {
        return "{\"channel\":\"" + channel + "\",\"message\":\"ok\",\"status\":" + status
                + ",\"version\":\"" + gosmeeVersion + "\",\"stream_id\":\"" + position + "\"}\n";
    }

    private static String own(Event event, String position, boolean duplicate) {
        return "{\"position\":\"" + position + "\","
                + (duplicate ? "" : "\"id\":\"" + event.id() + "\",") // the first event's id is not known here
                + "\"duplicate\":" + duplicate + "}\n";
    }

    /** Says that nothing was kept and when to try again. */
    void unavailable(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
        message.setHeader(Exchange.CONTENT_TYPE, "application/problem+json");
        message.setHeader("Retry-After", retryAfter(exchange));
        message.setBody("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                + "\"detail\":\"the log takes no events now; nothing was kept, send it again later\","
                + "\"code\":\"log-unavailable\"}\n");
    }

    private static String retryAfter(Exchange exchange) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        return cause instanceof JournalFullException full
                ? Long.toString(Math.max(1, full.retryAfter().toSeconds())) : "5";
    }
}
