package io.waystation.cli.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waystation.relay.SseConsumer;
import io.waystation.relay.StreamStatus;
import io.waystation.store.StartupException;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Answers {@code GET /health}: 200 only while every followed stream is connected and not silent, else 503; either way
 * with what is known as JSON: of the first stream that is not well, else of the first, and of each where routes follow several.
 * {@code GET /livez} answers 200 as long as the process answers at all.
 */
final class ClientHealth extends ServiceSupport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CamelContext context;
    private final DeadLetters deadLetters;
    private final HttpServer server;
    private ExecutorService threads;

    private ClientHealth(CamelContext context, DeadLetters deadLetters, HttpServer server) {
        this.context = context;
        this.deadLetters = deadLetters;
        this.server = server;
    }

    /**
     * Takes the address; answers from the start on.
     *
     * @throws StartupException {@code cannot-listen}
     */
    static ClientHealth at(InetSocketAddress address, CamelContext context, DeadLetters deadLetters) {
        try {
            return new ClientHealth(context, deadLetters, HttpServer.create(address, 16));
        } catch (IOException | UnresolvedAddressException taken) {
            throw new StartupException("cannot-listen", "cannot listen on port " + address.getPort() + " of " + address.getHostString()
                    + ": " + (taken.getMessage() == null ? "no such address" : taken.getMessage())
                    + "; choose another with --health-port or --health-host", taken);
        }
    }

    /** Port it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    @Override
    protected void doStart() {
        threads = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "client-health");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/health", exchange -> answer(exchange, true));
        server.createContext("/livez", exchange -> answer(exchange, false));
        server.start();
    }

    @Override
    protected void doStop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, boolean streamCounts) throws IOException {
        try (exchange) {
            List<Stream> streams = streams();
            boolean healthy = !streams.isEmpty() && streams.stream().allMatch(stream -> stream.status().healthy());
            ObjectNode json = JSON.createObjectNode();
            streams.stream().min(Comparator.comparing(stream -> stream.status().healthy())).ifPresent(stream -> describe(json, stream));
            if (streams.size() > 1) {
                ArrayNode each = json.putArray("streams");
                streams.forEach(stream -> describe(each.addObject().put("route", stream.route()), stream));
            }
            json.put("deadLetters", deadLetters.count());
            byte[] body = (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(healthy || !streamCounts ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private List<Stream> streams() {
        List<Stream> streams = new ArrayList<>();
        for (Route route : context.getRoutes()) {
            if (route.getConsumer() instanceof SseConsumer consumer) {
                streams.add(new Stream(route.getRouteId(), consumer.status().snapshot(), consumer.inFlight()));
            }
        }
        return streams;
    }

    private record Stream(String route, StreamStatus.Snapshot status, int inFlight) {
    }

    private static void describe(ObjectNode json, Stream stream) {
        StreamStatus.Snapshot status = stream.status();
        json.put("status", status.state()).put("dialect", status.dialect()).put("since", status.since().toString());
        ObjectNode last = status.lastEventId() == null ? json.putNull("lastEvent").objectNode() : json.putObject("lastEvent");
        last.put("id", status.lastEventId()).put("position", status.lastPosition())
                .put("at", String.valueOf(status.lastEventAt())).put("lagMillis", status.lagMillis());
        json.put("received", status.received()).put("reconnects", status.reconnects()).put("gaps", status.gaps())
                .put("unreadable", status.unreadable()).put("problem", status.problem())
                .put("inFlight", stream.inFlight());
    }
}
