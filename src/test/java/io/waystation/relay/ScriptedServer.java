package io.waystation.relay;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on a raw socket that answers each connection as a script says, however wrong. */
public final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listening;
    private final Script script;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    public ScriptedServer(Script script) throws IOException {
        this.script = script;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::accept, "scripted-server");
        accepting.setDaemon(true);
        accepting.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                sockets.add(socket);
                Thread serving = new Thread(() -> serve(socket), "scripted-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            if (request == null) {
                return;
            }
            int number;
            synchronized (requests) {
                requests.add(request);
                number = requests.size();
            }
            script.answer(number, request, new Answer(socket));
        } catch (IOException | InterruptedException gone) {
            // the other side left, or the test is over
        }
    }

    private static Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int next;
        while (head.indexOf("\r\n\r\n") < 0 && (next = in.read()) >= 0) {
            head.append((char) next);
        }
        String[] lines = head.toString().split("\r\n");
        if (lines[0].isEmpty()) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(java.util.Locale.ROOT), lines[i].substring(colon + 1).trim());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(lines[0].split(" ")[0], lines[0].split(" ")[1], headers, body);
    }

    public URI address(String path) {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort() + path);
    }

    public List<Request> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    public record Request(String method, String target, Map<String, String> headers, byte[] body) {
        public String header(String name) {
            return headers.get(name);
        }
    }

    public interface Script {
        /** Answers connection number {@code number}, from 1; the socket closes on return. */
        void answer(int number, Request request, Answer answer) throws IOException, InterruptedException;
    }

    public record Answer(Socket socket) {
        public Answer raw(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        public Answer status(String line, String... headers) throws IOException {
            return raw("HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n" + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n")
                    + "Connection: close\r\n\r\n");
        }

        /** Opens a stream whose body ends with the connection. */
        public Answer stream() throws IOException {
            return raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n");
        }

        /** Opens a stream in chunks, so that an end without the last chunk is a broken connection. */
        public Answer chunkedStream() throws IOException {
            return raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        public Answer chunk(String text) throws IOException {
            return raw(Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n");
        }

        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Keeps the connection open and silent until the test is over. */
        public void hold() throws InterruptedException {
            new java.util.concurrent.CountDownLatch(1).await();
        }
    }
}
