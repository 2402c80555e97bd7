package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketHttpTest {
    @TempDir
    private Path folder;
    private ServerSocketChannel server;
    private CompletableFuture<String> request;

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asksOverASocketOrTcpAndReadsAnAnswerInChunks(boolean unix) throws Exception {
        SocketHttp http = http(unix, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"nam\r\n6\r\ne\":1}\n\r\n0\r\n\r\n");

        assertThat(http.send("PATCH", "/process/stop/a%2Fb")).isEqualTo(new SocketHttp.Answer(200, "{\"name\":1}\n"));
        assertThat(request.get()).startsWith("PATCH /process/stop/a%2Fb HTTP/1.1\r\n").contains("X-PC-Token-Key: secret\r\n");
    }

    @Test
    void readsAnAnswerThatEndsWithTheConnection() throws Exception {
        assertThat(http(true, "HTTP/1.0 401 Unauthorized\r\n\r\nno").send("GET", "/live")).isEqualTo(new SocketHttp.Answer(401, "no"));
    }

    @Test
    void waitsNoLongerThanItIsTold() throws Exception {
        SocketHttp http = http(true, null);

        assertThatThrownBy(() -> http.send("GET", "/live")).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void takesNoAnswerThatIsNoHttp() throws Exception {
        SocketHttp http = http(true, "SSH-2.0-OpenSSH_9.2\r\n\r\n");

        assertThatThrownBy(() -> http.send("GET", "/live")).isInstanceOf(IOException.class);
    }

    /** A server that answers one request; null for not at all. */
    private SocketHttp http(boolean unix, String answer) throws IOException {
        SocketAddress address = unix ? UnixDomainSocketAddress.of(folder.resolve("s"))
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        server.bind(address);
        request = CompletableFuture.supplyAsync(() -> {
            try {
                SocketChannel client = server.accept();
                ByteBuffer bytes = ByteBuffer.allocate(4096);
                client.read(bytes);
                if (answer != null) {
                    client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    client.close();
                }
                return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            } catch (IOException ended) {
                throw new UncheckedIOException(ended);
            }
        });
        return new SocketHttp(server.getLocalAddress(), Map.of("X-PC-Token-Key", "secret"),
                Duration.ofMillis(answer == null ? 200 : 10_000));
    }
}
