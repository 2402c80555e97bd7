package io.waystation.cli.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The client as it ships, routes and all, against a stand-in for the hub. */
class ClientScene {
    @TempDir
    Path folder;
    ChannelStandIn channel;
    final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void openChannel() throws Exception {
        channel = new ChannelStandIn();
        open.add(channel);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    static List<DeadLetters.DeadLetter> all(DeadLetters letters) throws Exception {
        List<DeadLetters.DeadLetter> all = new ArrayList<>();
        letters.each(all::add);
        return all;
    }

    static List<String> names(Path folder, String ending) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending)).toList();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    RecordingTarget target(int status) throws Exception {
        return target(request -> status);
    }

    RecordingTarget target(java.util.function.ToIntFunction<RecordingTarget.Received> answers) throws Exception {
        RecordingTarget target = new RecordingTarget(answers);
        open.add(target);
        return target;
    }

    Main start(String... settings) throws Exception {
        return start(open, Map.of("url", channel.address().toString(), "data", folder.resolve("data").toString(),
                "retry-delay", "50ms", "retry-longest-delay", "200ms"), settings);
    }

    /** Starts a client whose settings are these, changed by keys and values in turn; it is stopped before what is open already. */
    static Main start(List<AutoCloseable> open, Map<String, String> usual, String... settings) throws Exception {
        Map<String, String> given = new HashMap<>(usual);
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        Main main = ClientApplication.create(ClientSettings.merge(Optional.empty(), Map.of(), given), Optional.empty());
        open.add(0, main::stop);
        main.start();
        return main;
    }
}
