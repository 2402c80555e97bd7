package io.waystation.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;

/**
 * The page a person sees at a channel's address: bean {@code livePage} of the routes. Static, and the same for
 * every channel; its script does the rest, so that nothing of a request ever stands in its HTML.
 */
public final class LivePage {
    private static final Map<String, String> TYPES = Map.of(
            "page.html", "text/html; charset=utf-8",
            "page.css", "text/css; charset=utf-8",
            "page.js", "text/javascript; charset=utf-8",
            "icon.svg", "image/svg+xml");

    /** Nothing from elsewhere, nothing inline: a payload that reached the page as markup could do nothing. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final ChannelReaders readers;
    private final Map<String, byte[]> files = new HashMap<>();

    LivePage(ChannelReaders readers) {
        this.readers = readers;
        TYPES.keySet().forEach(name -> files.put(name, load(name)));
    }

    private static byte[] load(String name) {
        try (InputStream file = LivePage.class.getResourceAsStream("/live/" + name)) {
            return file.readAllBytes();
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** {@code GET /{channel}} in a browser; its addresses are relative, so one with a slash at its end is sent on. */
    public void page(Exchange exchange) {
        String channel = readers.policy(exchange.getMessage().getHeader("channel", String.class)).name();
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        if (request.path().endsWith("/")) {
            Message message = exchange.getMessage();
            message.removeHeaders("*");
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 308);
            message.setHeader("Location", "../" + channel + (request.query() == null ? "" : "?" + request.query()));
            message.setBody(null);
        } else {
            answer(exchange, "page.html", "no-cache");
        }
    }

    /** {@code GET /favicon.ico}. */
    public void icon(Exchange exchange) {
        answer(exchange, "icon.svg", "max-age=86400");
    }

    /** {@code GET /assets/live/{file}}. */
    public void asset(Exchange exchange) {
        String name = exchange.getMessage().getHeader("file", String.class);
        if (!files.containsKey(name)) {
            throw new ProblemException(404, "no-such-file", "The live page has no such file.");
        }
        answer(exchange, name, "no-cache");
    }

    private void answer(Exchange exchange, String name, String caching) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, TYPES.get(name));
        message.setHeader("Cache-Control", caching);
        message.setHeader("Content-Security-Policy", POLICY);
        message.setHeader("X-Content-Type-Options", "nosniff");
        message.setHeader("Referrer-Policy", "no-referrer"); // the address may be the secret
        message.setBody(files.get(name));
    }
}
