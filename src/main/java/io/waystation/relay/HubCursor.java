package io.waystation.relay;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Lets the hub keep the position under a name: {@code POST /stream/{channel}/cursors/{name}}. */
final class HubCursor implements StreamCursor {
    private final StreamHttp http;
    private final URI address;

    HubCursor(StreamHttp http, FollowerOptions options) {
        this.http = http;
        URI base = StreamDialect.baseOf(options.address());
        String query = options.address().getRawQuery() == null ? "" : "?" + options.address().getRawQuery();
        this.address = URI.create(base + "/stream/" + StreamDialect.channelOf(options.address())
                + "/cursors/" + options.cursor() + query);
    }

    @Override
    public String load() {
        return ""; // the hub starts the stream there
    }

    @Override
    public void store(String streamId) throws IOException, InterruptedException {
        int status = http.post(address, ("{\"position\":\"" + streamId + "\"}").getBytes(StandardCharsets.UTF_8));
        if (status / 100 != 2) {
            throw new IOException("the hub answered " + status);
        }
    }
}
