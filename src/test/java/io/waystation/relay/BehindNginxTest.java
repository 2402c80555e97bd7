package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.OutsideTool;
import io.waystation.Patience;
import io.waystation.channel.ChannelName;

/** The hub behind nginx, configured as docs/relay.md says. */
class BehindNginxTest {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path folder;

    private static String documentedLocation() throws IOException {
        Matcher block = Pattern.compile("```nginx\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("docs", "relay.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private Process nginx(int port, int hub) throws IOException {
        Path configuration = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                user root; # only where the test is root: its folders are
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events { }
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server {
                        listen 127.0.0.1:%2$d;
                %3$s
                    }
                }
                """.formatted(folder, port, documentedLocation().replace("127.0.0.1:3333", "127.0.0.1:" + hub)));
        return new ProcessBuilder(OutsideTool.required("nginx").toString(), "-p", folder.toString(), "-c", configuration.toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("nginx.out").toFile()).start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static int status(URI uri) {
        try {
            return CLIENT.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return -1;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Test
    void clientsThatFollowHearNothingWhileTheHubIsAwaySoThatTheyComeBack() throws Exception {
        OutsideTool.required("nginx");
        int port = freePort();
        URI outside = URI.create("http://127.0.0.1:" + port + "/");
        Process nginx = nginx(port, freePort());
        try {
            await().until(() -> status(outside.resolve("/livez")) == 502);
            HttpRequest post = HttpRequest.newBuilder(outside.resolve("/shop")).POST(BodyPublishers.ofString("{}")).build();
            assertThat(CLIENT.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(502);

            HttpRequest follow = HttpRequest.newBuilder(outside.resolve("/shop")).header("Accept", "text/event-stream").build();
            assertThatThrownBy(() -> CLIENT.send(follow, BodyHandlers.discarding())).isInstanceOf(IOException.class);
        } finally {
            nginx.destroy();
            nginx.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void postsAndStreamsPassAtOnceAndTheHubKnowsItsAddressAndItsClients() throws Exception {
        OutsideTool.required("nginx");
        String channel = ChannelName.random();
        try (HubFixture hub = HubFixture.start(folder.resolve("data"), "waystation.http.trusted-proxies", "127.0.0.1/32")) {
            int port = freePort();
            URI outside = URI.create("http://127.0.0.1:" + port + "/");
            Process nginx = nginx(port, hub.port());
            try {
                await().until(() -> status(outside.resolve("/livez")) == 200);
                try (EventStream own = EventStream.open(outside.resolve("/stream/" + channel));
                        EventStream smee = EventStream.open(outside.resolve("/" + channel))) {
                    assertThat(own.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");
                    assertThat(smee.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");

                    HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(outside.resolve("/" + channel + "?a=1"))
                            .header("Content-Type", "application/json").header("X-GitHub-Event", "push")
                            .POST(BodyPublishers.ofString("{ \"n\": 1 }")).build(), BodyHandlers.ofString());

                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                    assertThat(own.next(Patience.SOON).orElseThrow().data()).contains("eyAibiI6IDEgfQ==").contains("\"query\":\"a=1\"");
                    assertThat(smee.next(Patience.SOON).orElseThrow().data()).contains("\"x-github-event\":\"push\"");
                }
                HttpResponse<String> made = CLIENT.send(HttpRequest.newBuilder(outside.resolve("/new")).build(), BodyHandlers.ofString());
                assertThat(made.body()).startsWith("http://127.0.0.1");
                HttpResponse<String> large = CLIENT.send(HttpRequest.newBuilder(outside.resolve("/" + channel))
                        .POST(BodyPublishers.ofByteArray(new byte[2 << 20])).build(), BodyHandlers.ofString());
                assertThat(large.statusCode()).isEqualTo(202);
            } finally {
                nginx.destroy();
                nginx.waitFor(10, TimeUnit.SECONDS);
            }
        }
    }
}
