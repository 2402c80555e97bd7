import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Measures a publish-and-subscribe server from outside: one thread holds every subscriber and the publishing
 * connections, so that the figures of different servers compare.
 *
 * <pre>java bench/tools/FanOut.java mode=throughput subscribers=1000 subscribe=http://127.0.0.1:3333/chan publish=http://127.0.0.1:3333/chan</pre>
 *
 * Modes: {@code throughput} (messages in flight at once), {@code latency} (one message at a time),
 * {@code resume} (every subscriber asks for what came after an id), {@code hold} (connect and wait),
 * {@code stall} (as many subscribers as {@code stalled} says never read, and one does; with {@code http2=1} the former ask over HTTP/2 and
 * give their streams windows without end). A message carries the marker {@value #MARKER}, which each subscriber counts.
 */
public final class FanOut {
    private static final String MARKER = "~#~";

    private final Map<String, String> options = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    private Selector selector;
    private long received;

    /** A connection and how far its marker matched. */
    private static final class Connection {
        SocketChannel channel;
        boolean publisher;
        boolean reads = true;
        int matched;
        long got;
        ByteBuffer pending;
        boolean waiting;
    }

    public static void main(String[] arguments) throws Exception {
        FanOut bench = new FanOut();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            bench.options.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        bench.run();
    }

    private void run() throws Exception {
        selector = Selector.open();
        switch (text("mode", "throughput")) {
            case "throughput" -> throughput();
            case "latency" -> latency();
            case "resume" -> resume();
            case "hold" -> hold();
            case "stall" -> stall();
            default -> throw new IllegalArgumentException("mode");
        }
    }

    private void throughput() throws Exception {
        int subscribers = number("subscribers", 1000);
        subscribe(subscribers);
        List<Connection> publishers = publishers(number("inflight", 4));
        int warm = number("warm", 40);
        publish(publishers, warm, (long) subscribers * warm);
        int messages = number("messages", 400);
        long before = received;
        long start = System.nanoTime();
        publish(publishers, messages, before + (long) subscribers * messages);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("deliveries_per_s=%.0f messages=%d seconds=%.2f%n", (received - before) / seconds, messages, seconds);
    }

    private void latency() throws Exception {
        int subscribers = number("subscribers", 1000);
        subscribe(subscribers);
        List<Connection> publishers = publishers(1);
        int warm = number("warm", 40);
        for (int i = 0; i < warm; i++) {
            publish(publishers, 1, received + subscribers);
        }
        int messages = number("messages", 100);
        double[] millis = new double[messages];
        for (int i = 0; i < messages; i++) {
            long start = System.nanoTime();
            publish(publishers, 1, received + subscribers);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf("publish_to_last_ms p50=%.1f p99=%.1f max=%.1f messages=%d%n", millis[messages / 2],
                millis[(int) Math.ceil(messages * 0.99) - 1], millis[messages - 1], messages);
    }

    private void resume() throws Exception {
        int subscribers = number("subscribers", 1000);
        long each = number("events", 100);
        long start = System.nanoTime();
        subscribe(subscribers);
        await(subscribers * each);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("resume_seconds=%.2f events=%d deliveries_per_s=%.0f%n", seconds, received, received / seconds);
    }

    private void hold() throws Exception {
        long start = System.nanoTime();
        subscribe(number("subscribers", 1000));
        System.out.printf("connected_seconds=%.2f%n", (System.nanoTime() - start) / 1e9);
        long until = System.nanoTime() + number("seconds", 10) * 1_000_000_000L;
        while (System.nanoTime() < until) {
            pump(200);
        }
    }

    private void stall() throws Exception {
        Connection healthy = subscribe(1, false).get(0);
        List<Connection> publishers = publishers(number("inflight", 4));
        int messages = number("messages", 15_000);
        int readers = number("stalled", 1);
        List<Connection> stalled = new ArrayList<>();
        List<Long> missing = new ArrayList<>();
        for (int i = 0; i < readers; i++) { // each behind the one before, or they would wait with the same bytes and share them
            Connection connection = subscribe(1, number("http2", 0) > 0).get(0);
            connection.channel.keyFor(selector).interestOps(0);
            stalled.add(connection);
            missing.add(messages - healthy.got);
            publish(publishers, messages / 2 / readers, healthy.got + messages / 2 / readers);
        }
        publish(publishers, (int) (messages - healthy.got), messages);
        System.out.printf("healthy_received=%d%n", healthy.got);
        Path measured = Path.of(text("until", "nobody-measures")); // whoever measures makes this file when that is done
        long until = System.nanoTime() + number("seconds", 120) * 1_000_000_000L;
        while (System.nanoTime() < until && !Files.exists(measured)) {
            pump(200);
        }
        for (Connection connection : stalled) {
            connection.channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
        }
        until = System.nanoTime() + number("after", 60) * 1_000_000_000L;
        long left = readers;
        while (System.nanoTime() < until && left > 0) {
            pump(200);
            left = 0;
            for (int i = 0; i < readers; i++) {
                left += Math.max(0, missing.get(i) - stalled.get(i).got);
            }
        }
        System.out.printf("stalled_missed_after_they_read_again=%d open=%d%n", left,
                stalled.stream().filter(connection -> connection.channel.isOpen()).count());
    }

    private List<Connection> subscribe(int count) throws IOException {
        return subscribe(count, false);
    }

    private List<Connection> subscribe(int count, boolean http2) throws IOException {
        URI uri = URI.create(text("subscribe", ""));
        String id = options.get("lastEventId");
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        byte[] request = http2 ? http2Request(path, uri.getAuthority())
                : ("GET " + path + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nAccept: text/event-stream\r\n"
                + (id == null ? "" : "Last-Event-ID: " + id + "\r\n") + "\r\n").getBytes(StandardCharsets.US_ASCII);
        List<Connection> connections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Connection connection = connect(uri, 1 << 16);
            ByteBuffer bytes = ByteBuffer.wrap(request);
            while (bytes.hasRemaining()) {
                connection.channel.write(bytes);
            }
            connections.add(connection);
            if (i % 50 == 49) {
                pump(1);
            }
        }
        long until = System.nanoTime() + number("settle", 1500) * 1_000_000L;
        while (id == null && System.nanoTime() < until) {
            pump(50);
        }
        return connections;
    }

    /** Preface, windows of the largest size, and one request for a stream of events (RFC 9113, RFC 7541). */
    private static byte[] http2Request(String path, String authority) {
        ByteBuffer fields = ByteBuffer.allocate(8 << 10).put((byte) 0x82).put((byte) 0x86); // GET, http
        field(fields, path, 0x04);
        field(fields, authority, 0x01);
        field(fields, "text/event-stream", 0x0f, 0x04); // accept
        ByteBuffer bytes = ByteBuffer.allocate(9 << 10)
                .put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        http2Frame(bytes, 4, 0, 0, 6).putShort((short) 4).putInt(Integer.MAX_VALUE); // window of a stream
        http2Frame(bytes, 8, 0, 0, 4).putInt(Integer.MAX_VALUE - 65_535); // window of the connection
        http2Frame(bytes, 1, 0x05, 1, fields.position()).put(fields.flip());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static ByteBuffer http2Frame(ByteBuffer to, int type, int flags, int stream, int length) {
        return to.put((byte) 0).putShort((short) length).put((byte) type).put((byte) flags).putInt(stream);
    }

    private static void field(ByteBuffer to, String value, int... name) {
        for (int octet : name) {
            to.put((byte) octet);
        }
        to.put((byte) value.length()).put(value.getBytes(StandardCharsets.US_ASCII));
    }

    private List<Connection> publishers(int count) throws IOException {
        List<Connection> connections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Connection connection = connect(URI.create(text("publish", "")), 1 << 16);
            connection.publisher = true;
            connections.add(connection);
        }
        return connections;
    }

    private Connection connect(URI uri, int receiveBuffer) throws IOException {
        Connection connection = new Connection();
        connection.channel = SocketChannel.open();
        connection.channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        connection.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection.channel.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
        connection.channel.configureBlocking(false);
        connection.channel.register(selector, SelectionKey.OP_READ, connection);
        return connection;
    }

    private void publish(List<Connection> publishers, int messages, long until) throws IOException {
        URI uri = URI.create(text("publish", ""));
        byte[] body = ("{\"mark\":\"" + MARKER + "\",\"fill\":\"" + "x".repeat(number("size", 2048) - 26) + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] head = ("POST " + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        int sent = 0;
        long deadline = System.nanoTime() + number("timeout", 120) * 1_000_000_000L;
        while (received < until && System.nanoTime() < deadline) {
            for (Connection publisher : publishers) {
                if (!publisher.waiting && sent < messages) {
                    publisher.waiting = true;
                    sent++;
                    ByteBuffer bytes = ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
                    while (bytes.hasRemaining()) {
                        publisher.channel.write(bytes);
                    }
                }
            }
            pump(100);
        }
        if (received < until) {
            System.out.printf("MISSING=%d%n", until - received);
        }
        while (publishers.stream().anyMatch(publisher -> publisher.waiting) && System.nanoTime() < deadline) {
            pump(100);
        }
    }

    private void await(long until) throws IOException {
        long deadline = System.nanoTime() + number("timeout", 120) * 1_000_000_000L;
        while (received < until && System.nanoTime() < deadline) {
            pump(100);
        }
        if (received < until) {
            System.out.printf("MISSING=%d%n", until - received);
        }
    }

    private void pump(long millis) throws IOException {
        selector.select(millis);
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext();) {
            SelectionKey key = keys.next();
            keys.remove();
            Connection connection = (Connection) key.attachment();
            buffer.clear();
            int read;
            try {
                read = connection.channel.read(buffer);
            } catch (IOException reset) {
                read = -1;
            }
            if (read < 0) {
                key.cancel();
                connection.channel.close();
            } else if (connection.publisher) {
                connection.waiting = false; // answers are small and come whole
            } else {
                buffer.flip();
                count(connection);
            }
        }
    }

    private void count(Connection connection) {
        int matched = connection.matched;
        while (buffer.hasRemaining()) {
            byte b = buffer.get();
            if (b == MARKER.charAt(matched)) {
                matched++;
                if (matched == 3) {
                    matched = 0;
                    connection.got++;
                    received++;
                }
            } else {
                matched = b == '~' ? 1 : 0;
            }
        }
        connection.matched = matched;
    }

    private String text(String name, String fallback) {
        return options.getOrDefault(name, fallback);
    }

    private int number(String name, int fallback) {
        return Integer.parseInt(options.getOrDefault(name, Integer.toString(fallback)));
    }
}
