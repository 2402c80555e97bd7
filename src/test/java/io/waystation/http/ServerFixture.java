package io.waystation.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import io.waystation.Patience;
import io.waystation.settings.LayeredSettings;
import io.waystation.store.StoreConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/** The HTTP server with routes of a test on a free port. */
final class ServerFixture implements AutoCloseable {
    private final Main main;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(Patience.SOON).build();

    private ServerFixture(Main main) {
        this.main = main;
    }

    static ServerFixture start(Path data, RouteBuilder routes, String... settings) throws Exception {
        Map<String, String> given = new HashMap<>();
        given.put("waystation.port", "0");
        given.put("waystation.data", data.toString());
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        Properties merged =
                LayeredSettings.merge(Optional.empty(), Optional.empty(), Map.of(), new Properties(), given);
        Main main = new Main();
        main.setPropertyPlaceholderLocations("false");
        merged.forEach((key, value) -> main.addInitialProperty((String) key, (String) value));
        main.addInitialProperty("camel.main.routesIncludePattern", "false");
        main.configure().addConfiguration(StoreConfiguration.class);
        main.configure().addConfiguration(HttpConfiguration.class);
        main.configure().addRoutesBuilder(routes);
        try {
            main.start();
        } catch (Exception failed) {
            main.stop();
            throw failed;
        }
        return new ServerFixture(main);
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    HubHttpServer server() {
        return context().hasService(HubHttpServer.class);
    }

    <T> T bean(String name, Class<T> type) {
        return context().getRegistry().lookupByNameAndType(name, type);
    }

    int port() {
        return server().getPort();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return send(java.net.http.HttpRequest.newBuilder(uri(path)), headers);
    }

    HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
        return send(java.net.http.HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body)), headers);
    }

    HttpResponse<String> send(java.net.http.HttpRequest.Builder request, String... headers) throws Exception {
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.timeout(Patience.SOON).build(), BodyHandlers.ofString());
    }

    /** A socket on which bytes can be sent as they are. */
    Raw raw() throws IOException {
        return new Raw(new Socket("127.0.0.1", port()));
    }

    /** The same, with a bound to what the kernel takes in before it is read. */
    Raw raw(int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.connect(new InetSocketAddress("127.0.0.1", port()));
        return new Raw(socket);
    }

    @Override
    public void close() {
        main.stop();
    }

    /** See {@link #raw}. */
    record Raw(Socket socket) implements AutoCloseable {
        Raw {
            try {
                socket.setSoTimeout(15_000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Raw send(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return this;
        }

        /** Everything until the server closes. */
        String readAll() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        /** Bytes until the text has come, or the end. */
        String readUntil(String text) throws IOException {
            StringBuilder read = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (read.indexOf(text) < 0) {
                int c = in.read();
                if (c < 0) {
                    break;
                }
                read.append((char) c);
            }
            return read.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
