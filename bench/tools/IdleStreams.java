import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Registers endpoints that pull, opens a stream for each, says OPEN and reads nothing until it is killed. Arguments: hub, token, how many. */
public final class IdleStreams {
    private static final Pattern FIELD = Pattern.compile("\"(id|secret)\":\"([^\"]+)\"");

    public static void main(String[] arguments) throws Exception {
        URI hub = URI.create(arguments[0]);
        HttpClient client = HttpClient.newHttpClient();
        List<Socket> streams = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(hub.resolve("/api/endpoints"))
                    .header("Authorization", "Bearer " + arguments[1]).POST(BodyPublishers.ofString("{\"pull\":true,\"name\":\"idle " + i + "\"}"))
                    .build(), BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException(answer.statusCode() + " " + answer.body());
            }
            streams.add(open(hub, field("id", answer.body()), field("secret", answer.body())));
        }
        System.out.println("OPEN " + streams.size());
        Thread.currentThread().join();
    }

    private static Socket open(URI hub, String id, String secret) throws IOException {
        Socket socket = new Socket(hub.getHost(), hub.getPort());
        socket.getOutputStream().write(("GET /edge/" + id + "/events HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer " + secret + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        String status = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        if (status == null || !status.contains(" 200")) {
            throw new IOException("no stream: " + status);
        }
        return socket;
    }

    private static String field(String name, String json) {
        Matcher fields = FIELD.matcher(json);
        while (fields.find()) {
            if (fields.group(1).equals(name)) {
                return fields.group(2);
            }
        }
        throw new IllegalArgumentException("no " + name + " in " + json);
    }
}
