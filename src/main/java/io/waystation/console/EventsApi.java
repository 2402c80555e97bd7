package io.waystation.console;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.channel.Channels;
import io.waystation.event.CredentialHeaders;
import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.http.ProblemException;
import io.waystation.journal.Appended;
import io.waystation.journal.IndexBehindException;
import io.waystation.journal.IndexEntry;
import io.waystation.journal.Journal;
import io.waystation.journal.JournalFullException;

/** Bean {@code eventsApi}: lists, shows and replays events. */
public final class EventsApi {
    private static final Logger LOG = LoggerFactory.getLogger(EventsApi.class);
    private static final int MOST = 1_000;
    private static final int USUAL = 50;
    private static final String[] REPLAY_FIELDS = {"channel", "type", "source", "verified", "since", "until", "text", "limit", "dryRun", "into"};

    private final Journal journal;
    private final EventFinder finder;
    private final Channels channels;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    EventsApi(Journal journal, EventFinder finder, Channels channels, Clock clock) {
        this.journal = journal;
        this.finder = finder;
        this.channels = channels;
        this.clock = clock;
    }

    /** {@code GET /api/events}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        EventCriteria criteria = EventCriteria.read(request::query, clock);
        int limit = ApiRequest.limit(request.query("limit"), USUAL, MOST);
        EventFinder.Found found = finder.search(criteria, before(request.query("before")), limit);
        ObjectNode answer = ApiAnswer.object();
        ArrayNode events = answer.putArray("events");
        found.entries().forEach(entry -> describe(events.addObject(), entry));
        answer.put("next", found.next() == 0 ? null : new Position(0, found.next()).toString());
        ApiAnswer.json(exchange, 200, answer);
    }

    private static long before(Optional<String> text) {
        return text.map(value -> Position.parse(value).map(Position::offset)
                .orElseThrow(() -> ApiRequest.invalid("before", "must be a position such as 1767225600000-42")))
                .orElse(Long.MAX_VALUE);
    }

    private static void describe(ObjectNode json, IndexEntry entry) {
        json.put("id", entry.id()).put("position", entry.position().toString())
                .put("accepted", accepted(entry.position()))
                .put("channel", entry.channel()).put("source", entry.source()).put("type", entry.type())
                .put("subject", entry.subject()).put("key", entry.key()).put("verified", entry.verified())
                .put("deliveryId", entry.deliveryId()).put("replayOf", entry.replayOf()).put("size", entry.size());
    }

    /** When the log took the event, which is a little later than its own time: the hub received it then. */
    private static String accepted(Position position) {
        return Instant.ofEpochMilli(position.millis()).toString();
    }

    /** {@code GET /api/events/{id}}. */
    public void show(Exchange exchange) {
        ApiAnswer.json(exchange, 200, describe(find(exchange)));
    }

    /** An event with its headers and body; values of credential headers are masked. */
    static ObjectNode describe(PositionedEvent record) {
        Event event = record.event();
        ObjectNode json = ApiAnswer.object();
        json.put("id", event.id()).put("position", record.position().toString()).put("accepted", accepted(record.position()))
                .put("time", event.time().toString())
                .put("channel", event.channel()).put("source", event.source()).put("type", event.type())
                .put("subject", event.subject()).put("key", event.key()).put("verified", event.verified())
                .put("deliveryId", event.deliveryId()).put("replayOf", event.replayOf())
                .put("size", event.body().length)
                .put("method", event.method()).put("path", event.path()).put("query", event.query());
        ObjectNode headers = json.putObject("headers");
        event.headers().toMap().forEach((name, values) -> {
            ArrayNode array = headers.putArray(name);
            values.forEach(value -> array.add(CredentialHeaders.contains(name) ? "***" : value));
        });
        return json.put("body", Base64.getEncoder().encodeToString(event.body()));
    }

    /** {@code GET /api/events/{id}/body}: the exact bytes, as a download, because they are a stranger's. */
    public void body(Exchange exchange) {
        PositionedEvent record = find(exchange);
        ApiAnswer.bytes(exchange, 200, "application/octet-stream", record.event().body());
        exchange.getMessage().setHeader("Content-Disposition", "attachment; filename=\"" + record.position() + ".body\"");
    }

    private PositionedEvent find(Exchange exchange) {
        try {
            return finder.find(ApiRequest.of(exchange).path("id")).orElseThrow(() -> ApiRequest.missing(
                    "no-such-event", "The log has no event with this id or position, or no longer."));
        } catch (IndexBehindException behind) {
            throw new ProblemException(503, IndexBehindException.CODE, behind.getMessage() + ".", Map.of("Retry-After", "5"));
        }
    }

    /** {@code POST /api/events/{id}/replay}. */
    public void replay(Exchange exchange) {
        PositionedEvent record = find(exchange);
        Optional<String> into = into(ApiRequest.of(exchange, "into"));
        Event event = again(record.event(), into);
        Appended appended = append(event);
        Audit.note(exchange, "replayed", record.position() + " as " + appended.position());
        ApiAnswer.json(exchange, 202, ApiAnswer.object().put("id", event.id())
                .put("position", appended.position().toString()).put("channel", event.channel())
                .put("replayOf", record.event().id()));
    }

    /**
     * {@code POST /api/events/replay}: the newest events that match, in the order they came. It ends with the first that the log
     * does not take, and says which are replayed and which are not: who asks again for all would replay some twice.
     */
    public void replayMany(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange, REPLAY_FIELDS);
        EventCriteria criteria = EventCriteria.read(request::text, clock);
        if (criteria.isEverything()) {
            throw new ProblemException(400, "nothing-selected",
                    "Say which events: channel, type, source, verified, since, until or text.");
        }
        int limit = ApiRequest.limit(request.text("limit"), USUAL, MOST);
        boolean dryRun = request.flag("dryRun").orElse(false);
        Optional<String> into = into(request);
        EventFinder.Found found = finder.search(criteria, Long.MAX_VALUE, limit);
        List<IndexEntry> chosen = new ArrayList<>(found.entries());
        Collections.reverse(chosen);
        ObjectNode answer = ApiAnswer.object().put("dryRun", dryRun).put("more", found.next() != 0);
        ArrayNode events = answer.putArray("events");
        int replayed = 0;
        for (IndexEntry entry : chosen) {
            ObjectNode row = ApiAnswer.object();
            describe(row, entry);
            if (!dryRun) {
                Optional<String> as;
                try {
                    as = replayed(entry, into);
                } catch (RuntimeException refused) {
                    if (replayed == 0) {
                        throw refused;
                    }
                    answer.set("stopped", stopped(refused, chosen.subList(events.size(), chosen.size())));
                    break;
                }
                row.put("replayed", as.orElse(null));
                replayed += as.isPresent() ? 1 : 0;
            }
            events.add(row);
        }
        if (!dryRun) {
            Audit.note(exchange, "replayed", replayed + " of " + chosen.size() + " events");
        }
        ApiAnswer.json(exchange, dryRun ? 200 : 202, answer);
    }

    private Optional<String> replayed(IndexEntry entry, Optional<String> into) {
        return journal.find(entry.position().offset())
                .map(record -> append(again(record.event(), into)).position().toString());
    }

    private static ObjectNode stopped(RuntimeException why, List<IndexEntry> left) {
        LOG.warn("A replay stopped before event {} and {} others", left.get(0).id(), left.size() - 1, why);
        ObjectNode stopped = ApiAnswer.object();
        if (why instanceof ProblemException refused) {
            stopped.put("code", refused.code()).put("detail", refused.getMessage());
        } else {
            stopped.put("code", "internal-error").put("detail", "The hub could not go on. The log has the reason.");
        }
        ArrayNode ids = stopped.putArray("notReplayed");
        left.forEach(entry -> ids.add(entry.id()));
        return stopped;
    }

    private Optional<String> into(ApiRequest request) {
        Optional<String> into = request.text("into");
        into.filter(name -> channels.policy(name).isEmpty()).ifPresent(name -> {
            throw ApiRequest.missing("no-such-channel", "There is no channel '" + name + "'.");
        });
        return into;
    }

    private Event again(Event event, Optional<String> into) {
        return event.again(ids.generate().toString(), into.orElse(event.channel()), clock.instant(), true);
    }

    private Appended append(Event event) {
        try {
            return journal.append(event, Runnable::run).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof JournalFullException full) {
                throw new ProblemException(503, "log-unavailable", full.getMessage(),
                        Map.of("Retry-After", Long.toString(Math.max(1, full.retryAfter().toSeconds()))));
            }
            throw failed;
        }
    }
}
