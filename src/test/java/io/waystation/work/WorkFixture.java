package io.waystation.work;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.store.DataFolder;
import io.waystation.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jdbi.v3.core.Handle;

/** A store, its queues and a Camel context around them, which can all be restarted on the same data. */
public final class WorkFixture implements AutoCloseable {
    private final Path root;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> observed = new CopyOnWriteArrayList<>();
    private DataFolder folder;
    private Store store;
    private WorkQueues queues;
    private WorkItems items;
    private CamelContext context;

    private WorkFixture(Path root) {
        this.root = root;
    }

    /** Opens queues in a folder. */
    public static WorkFixture open(Path root) throws Exception {
        WorkFixture fixture = new WorkFixture(root);
        fixture.start();
        return fixture;
    }

    private void start() throws Exception {
        folder = DataFolder.open(root.resolve("data"));
        store = Store.open(folder, meters);
        queues = new WorkQueues(store, Clock.systemUTC(), meters, () -> new Recording(observed));
        items = new WorkItems(queues);
        queues.start();
        context = new DefaultCamelContext();
        context.getRegistry().bind("workQueues", queues);
        context.getShutdownStrategy().setTimeout(20);
        context.start();
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

    /** Sends a text to an endpoint, with headers. */
    public Exchange send(String uri, String body, Map<String, Object> headers) {
        return context.createProducerTemplate().send(uri, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    /** Sends a text to an endpoint. */
    public Exchange send(String uri, String body) {
        return send(uri, body, Map.of());
    }

    /** Stops routes and closes everything, then opens it again without routes. */
    public void restart() throws Exception {
        close();
        start();
    }

    /** Gives everything up as a killed process would: no lease is released, nothing waits for what runs. */
    public void crash() throws Exception {
        store.close();
        folder.close();
    }

    /** Ends the threads of a fixture that has crashed. */
    public void bury() throws Exception {
        context.stop();
        queues.close();
    }

    /** The item with an id. */
    public WorkStatus item(String queue, String id) {
        return items.find(queue, id).orElseThrow();
    }

    /** What an observer was told, in order, as words. */
    public List<String> observed() {
        return observed;
    }

    public CamelContext context() {
        return context;
    }

    public Store store() {
        return store;
    }

    public WorkQueues queues() {
        return queues;
    }

    public WorkItems items() {
        return items;
    }

    public SimpleMeterRegistry meters() {
        return meters;
    }

    @Override
    public void close() throws Exception {
        context.stop();
        queues.close();
        store.close();
        folder.close();
    }

    /** Writes down what it is told. */
    private record Recording(List<String> observed) implements WorkObserver {
        @Override
        public void added(Handle handle, WorkItem item) {
            observed.add("added " + item.operationKind() + " " + item.operationSubject() + " " + item.id());
        }

        @Override
        public void claimed(Handle handle, WorkItem item) {
            observed.add("claimed " + item.attempt());
        }

        @Override
        public void deferred(Handle handle, WorkItem item, String reason) {
            observed.add("deferred " + reason);
        }

        @Override
        public void ended(Handle handle, WorkItem item, WorkOutcome outcome) {
            observed.add("ended " + outcome.state() + " " + outcome.reason() + " " + outcome.result());
        }
    }
}
