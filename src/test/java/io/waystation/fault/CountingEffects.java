package io.waystation.fault;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.Exchange;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.store.GroupTransaction;

/** A pipeline step whose effect is a row in the store, in the transaction that commits the group's position. */
public final class CountingEffects {
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

    /** Adds one row with the number of the event; a second row for the same event would be a duplicate effect. */
    public void record(Exchange exchange) {
        Event event = exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        Matcher number = NUMBER.matcher(new String(event.body(), java.nio.charset.StandardCharsets.UTF_8));
        if (!number.find()) {
            throw new IllegalArgumentException("not a numbered event");
        }
        long value = Long.parseLong(number.group(1));
        exchange.getProperty(GroupTransaction.PROPERTY, GroupTransaction.class).enlist(handle -> {
            handle.execute("CREATE TABLE IF NOT EXISTS test_effect (number BIGINT, event_id TEXT)");
            return handle.execute("INSERT INTO test_effect (number, event_id) VALUES (?, ?)", value, event.id());
        });
    }
}
