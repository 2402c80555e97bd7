package io.waystation.fault;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.Exchange;

import io.waystation.work.WorkHeaders;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;

/** Steps of work routes whose effect is a row in the store; refuse to run beside another item of their key. */
public final class WorkEffects {
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");

    private final Set<String> running = ConcurrentHashMap.newKeySet();

    /** Fails the first attempt of some items, and has its effect in the others. */
    public void first(Exchange exchange) {
        long number = number(exchange);
        if (number % 10 == 3 && WorkItem.of(exchange).attempt() == 1) {
            throw new IllegalArgumentException("fails at its first attempt");
        }
        record(exchange, "first", number);
    }

    /** Has its effect. */
    public void second(Exchange exchange) {
        record(exchange, "second", number(exchange));
    }

    private void record(Exchange exchange, String stage, long number) {
        WorkItem item = WorkItem.of(exchange);
        String place = stage + " " + item.key();
        if (!running.add(place)) {
            exchange.getMessage().setHeader(WorkHeaders.RETRY, "none");
            throw new IllegalStateException("two items of one key at once: " + place);
        }
        try {
            WorkLease.of(exchange).orElseThrow().enlist(handle -> {
                handle.execute("CREATE TABLE IF NOT EXISTS test_work (stage TEXT, number BIGINT, id TEXT)");
                return handle.execute("INSERT INTO test_work (stage, number, id) VALUES (?, ?, ?)", stage, number, item.id());
            });
        } finally {
            running.remove(place);
        }
    }

    private static long number(Exchange exchange) {
        Matcher number = NUMBER.matcher(new String(exchange.getMessage().getBody(byte[].class), StandardCharsets.UTF_8));
        if (!number.find()) {
            throw new IllegalArgumentException("not a numbered item");
        }
        return Long.parseLong(number.group(1));
    }
}
