package io.waystation.relay;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Lets the hub keep the position under a name: {@code POST /stream/{channel}/cursors/{name}}. It goes to where the stream was
 * opened, because a redirect that a stream follows would turn a POST into another request.
 */
final class HubCursor implements StreamCursor {
    private final StreamHttp http;
    private final FollowerOptions options;

    HubCursor(StreamHttp http, FollowerOptions options) {
        this.http = http;
        this.options = options;
    }

    @Override
    public String load() {
        return ""; // the hub starts the stream there
    }

    @Override
    public void store(String streamId) throws IOException, InterruptedException {
        int status = http.post(address(), ("{\"position\":\"" + streamId + "\"}").getBytes(StandardCharsets.UTF_8));
        if (status / 100 != 2) {
            throw new IOException("the hub answered " + status);
        }
    }

    /** The query is the stream's, too: it may be what a proxy or another kind of token needs. */
    private URI address() {
        URI stream = http.opened(); // there is no position before
        String path = stream.getRawPath().endsWith("/") ? stream.getRawPath() : stream.getRawPath() + "/";
        String query = stream.getRawQuery() == null ? "" : Arrays.stream(stream.getRawQuery().split("&"))
                .filter(part -> !part.equals("cursor=" + options.cursor())).collect(Collectors.joining("&"));
        return URI.create(stream.getScheme() + "://" + stream.getRawAuthority() + path + "cursors/" + options.cursor()
                + (query.isEmpty() ? "" : "?" + query));
    }
}
