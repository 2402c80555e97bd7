package io.waystation.ingest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.apache.camel.Exchange;
import org.apache.camel.spi.Resource;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.channel.ChannelQuotas;
import io.waystation.channel.ChannelSettings;
import io.waystation.channel.Channels;
import io.waystation.channel.TestChannelSettings;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.http.HttpRequest;

/** The real ingest routes on {@code direct:} addresses, with a log that only remembers. */
final class RoutesUnderTest implements AutoCloseable {
    final DefaultCamelContext context = new DefaultCamelContext();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<Event> appended = new ArrayList<>();
    RuntimeException failure;

    RoutesUnderTest(Clock clock, String... channelSettings) {
        ChannelSettings settings = TestChannelSettings.with(channelSettings);
        Channels channels = new Channels(settings);
        IngestSettings ingestSettings = new IngestSettings("0.32.0", null, false, true);
        context.getRegistry().bind("ingest", new Ingest(
                ingestSettings, channels, new ChannelQuotas(settings, clock), () -> channel -> 0,
                new SourceFactory(ingestSettings, clock, meters), clock, () -> UUID.randomUUID().toString()));
        context.getRegistry().bind("memoryLog", this);
    }

    /** Loads the route files, with this stanza appended to the sources, and starts. */
    RoutesUnderTest start(String stanza) throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(
                local("channels", Files.readString(Path.of("src/main/resources/routes/channels.camel.yaml"))),
                local("sources", Files.readString(Path.of("src/main/resources/routes/sources.camel.yaml")) + stanza));
        context.start();
        return this;
    }

    private static Resource local(String name, String yaml) {
        String local = yaml.replace("uri: platform-http:/{channel}", "uri: direct:channel")
                .replace("platform-http:", "direct:")
                .replace("httpMethodRestrict: POST", "block: true")
                .replace("kamelet:append-event-sink", "bean:memoryLog?method=append");
        return ResourceHelper.fromString(name + ".camel.yaml", local);
    }

    /** Stands in for the Kamelet append-event-sink. */
    public void append(Exchange exchange) {
        if (failure != null) {
            throw failure;
        }
        appended.add(exchange.getMessage().getBody(Event.class));
        exchange.getMessage().setHeader(EventHeaders.POSITION, new Position(1_700_000_000_000L, appended.size()));
        exchange.getMessage().setHeader(EventHeaders.DUPLICATE, false);
    }

    /** Posts to a channel. */
    Exchange post(String channel, byte[] body, String... headers) {
        return send("direct:channel", channel, "/" + channel, body, headers);
    }

    /** Posts to a source. */
    Exchange postTo(String address, byte[] body, String... headers) {
        return send("direct:" + address, null, address, body, headers);
    }

    private Exchange send(String endpoint, String channel, String path, byte[] body, String... headers) {
        return context.createProducerTemplate().send(endpoint, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeader("channel", channel);
            exchange.setProperty(HttpRequest.PROPERTY, new HttpRequest(
                    "POST", path, "a=1&CamelHttpUri=x", Headers.of(headers), "192.0.2.7", "http", "localhost"));
        });
    }

    @Override
    public void close() {
        context.stop();
    }

    /** An exchange that needs no route. */
    Exchange exchange() {
        return new DefaultExchange(context);
    }
}
