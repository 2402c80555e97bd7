package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.channel.ChannelName;
import io.waystation.channel.Channels;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;

/** Small answers relay clients and people ask for: bean {@code relayAddresses} of the routes. */
public final class RelayAddresses {
    private final Channels channels;
    private final Optional<String> publicUrl;
    private final String gosmeeVersion;

    RelayAddresses(Channels channels, Optional<String> publicUrl, String gosmeeVersion) {
        this.channels = channels;
        this.publicUrl = publicUrl.map(url -> url.replaceAll("/+$", ""));
        this.gosmeeVersion = gosmeeVersion;
    }

    /** Address of the hub as its users write it: the setting, else what this request asked for. */
    String base(HttpRequest request) {
        return publicUrl.orElseGet(() -> request.scheme() + "://"
                + (request.authority() == null ? "localhost" : request.authority()));
    }

    /** {@code GET /new} and {@code HEAD /new}: an address nobody can guess, the smee way for HEAD and browsers. */
    public void newChannel(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        String url = newUrl(request);
        boolean browser = request.headers().first("accept").filter(accept -> accept.contains("text/html")).isPresent();
        boolean redirect = browser || request.method().equals("HEAD");
        Message message = answer(exchange, redirect ? 307 : 200, "text/plain; charset=utf-8",
                redirect ? "" : url + "\n");
        message.setHeader("Location", url);
        message.setHeader("Cache-Control", "no-store");
    }

    /** {@code GET /}: a fresh channel. */
    public void home(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        Message message = answer(exchange, 302, "text/plain; charset=utf-8", "");
        message.setHeader("Location", newUrl(request));
        message.setHeader("Cache-Control", "no-store");
    }

    private String newUrl(HttpRequest request) {
        if (!channels.allowsOpenChannels()) {
            throw new ProblemException(403, "open-channels-off",
                    "This hub has no channels that start by themselves. Ask its operator for one.");
        }
        String name = ChannelName.random();
        while (!channels.isUsable(name)) {
            name = ChannelName.random();
        }
        return base(request) + "/" + name;
    }

    /** {@code /version}, {@code /health} and {@code /livez}, as gosmee clients read them. */
    public void version(Exchange exchange) {
        answer(exchange, 200, "application/json", "{\"version\":\"" + gosmeeVersion + "\"}\n");
    }

    private Message answer(Exchange exchange, int status, String type, String body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        message.setHeader(Exchange.CONTENT_TYPE, type);
        message.setHeader("X-Gosmee-Version", gosmeeVersion);
        message.setBody(body.getBytes(StandardCharsets.UTF_8));
        return message;
    }
}
