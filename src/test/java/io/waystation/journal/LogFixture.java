package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A store, a log, its groups and a Camel context around them, which can all be restarted on the same data. */
public final class LogFixture implements AutoCloseable {
    /** What the built-in settings have. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Path root;
    private final JournalSettings settings;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private DataFolder folder;
    private Store store;
    private EventIndex index;
    private Journal journal;
    private DeadLetters deadLetters;
    private Groups groups;
    private CamelContext context;

    private LogFixture(Path root, JournalSettings settings) {
        this.root = root;
        this.settings = settings;
    }

    public static LogFixture open(Path root) throws Exception {
        return open(root, JournalSettings.DEFAULTS);
    }

    public static LogFixture open(Path root, JournalSettings settings) throws Exception {
        LogFixture fixture = new LogFixture(root, settings);
        fixture.start();
        return fixture;
    }

    private void start() throws Exception {
        folder = DataFolder.open(root.resolve("data"));
        store = Store.open(folder, meters);
        index = EventIndex.open(store, Clock.systemUTC(), settings.duplicateWindow());
        journal = Journal.open(folder.log(), settings, index, Clock.systemUTC());
        deadLetters = new DeadLetters(store, Duration.ofDays(90), Clock.systemUTC());
        groups = new Groups(journal, store, deadLetters, Clock.systemUTC(), meters, PATIENCE);
        context = new DefaultCamelContext();
        context.getRegistry().bind("journal", journal);
        context.getRegistry().bind("groups", groups);
        context.getRegistry().bind("deadLetters", deadLetters);
        context.getRegistry().bind("recorder", new Recorder(index));
        context.getShutdownStrategy().setTimeout(5);
        context.start();
    }

    /** Adds a consumer of the log with one step. */
    void consume(String parameters, Processor step) throws Exception {
        route("from-" + parameters.hashCode(), "journal:events?" + parameters, step);
    }

    /** A step: remembers the id of the event. */
    void see(Exchange exchange) {
        seen.add(exchange.getMessage().getHeader(EventHeaders.ID, String.class));
    }

    /** Ids of what was seen, which stay over a restart. */
    List<String> seen() {
        return seen;
    }

    void awaitSeen(String... ids) {
        await().untilAsserted(() -> assertThat(seen).containsExactly(ids));
    }

    /** Adds a route with one step. */
    public void route(String id, String from, Processor step) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(from).routeId(id).process(step);
            }
        });
    }

    public void stopRoutes() throws Exception {
        context.getRouteController().stopAllRoutes();
    }

    /** Stops everything and opens it again without routes. */
    public void restart() throws Exception {
        close();
        start();
    }

    public Exchange append(Event event) {
        return context.createProducerTemplate().send("journal:events", exchange -> exchange.getMessage().setBody(event));
    }

    public CamelContext context() {
        return context;
    }

    public DataFolder folder() {
        return folder;
    }

    public Store store() {
        return store;
    }

    public Journal journal() {
        return journal;
    }

    public EventIndex index() {
        return index;
    }

    public Groups groups() {
        return groups;
    }

    public DeadLetters deadLetters() {
        return deadLetters;
    }

    List<DeadLetter> deadLettersOf(String group) {
        return deadLetters.list(new DeadLetterFilter(group, null, null, null, 100));
    }

    public GroupStatus status(String group) {
        return groups.list().stream().filter(status -> status.name().equals(group)).findFirst().orElseThrow();
    }

    GroupProgress progress(String group) {
        return new GroupRows(store, Clock.systemUTC()).open(group, () -> {
            throw new IllegalStateException("no group " + group);
        });
    }

    @Override
    public void close() throws Exception {
        context.stop();
        groups.close();
        journal.close();
        store.close();
        folder.close();
    }
}
