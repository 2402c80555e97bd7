package io.waystation.delivery;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.VertxException;

/** One HTTP call on the event loop: name, guard, connection, request, answer, and the end of patience. */
final class DeliveryCall {
    private static final int SNIPPET = 1_024;
    private static final int MOST_ADDRESSES = 4;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");

    private final DeliveryClient.Loop loop;
    private final AddressGuard guard;
    private final Request request;
    private final CompletableFuture<Answer> answer;
    private final long longestAnswer;
    private final Runnable connected;
    private final Buffer snippet = Buffer.buffer();
    private HttpClientRequest open;
    private HttpClientResponse response;
    private long received;
    private boolean sentAgain;
    private long deadline;

    DeliveryCall(DeliveryClient.Loop loop, AddressGuard guard, Request request, CompletableFuture<Answer> answer,
            long longestAnswer, Runnable connected) {
        this.loop = loop;
        this.guard = guard;
        this.request = request;
        this.answer = answer;
        this.longestAnswer = longestAnswer;
        this.connected = connected;
    }

    /** What is sent. */
    record Request(String method, EndpointAddress address, Map<String, String> headers, byte[] body) {
    }

    void begin(Duration within) {
        deadline = loop.vertx().setTimer(Math.max(1, within.toMillis()), late -> {
            if (response == null) {
                end(Answer.failed(ErrorClass.TIMEOUT, "no answer within " + within.toMillis() + " ms"));
            } else {
                answered(); // the status has come, only the body goes on
            }
            abandon();
        });
        Optional<InetAddress> literal = request.address().literal();
        if (literal.isPresent()) {
            resolved(List.of(literal.get()));
            return;
        }
        loop.names().resolve(request.address().host()).whenComplete((found, failure) -> loop.context().runOnContext(next -> {
            if (failure != null) {
                end(Answer.failed(ErrorClass.DNS_ERROR, "no address for " + request.address().host() + ": " + text(failure)));
            } else {
                resolved(found);
            }
        }));
    }

    private void resolved(List<InetAddress> addresses) {
        List<InetAddress> permitted = guard.permitted(addresses);
        if (permitted.isEmpty()) {
            end(Answer.failed(ErrorClass.ADDRESS_REFUSED, "deliveries may not go to " + request.address().host() + ": "
                    + addresses.stream().findFirst().flatMap(guard::refusal).orElse("it has no address")));
        } else {
            connect(permitted.subList(0, Math.min(MOST_ADDRESSES, permitted.size())));
        }
    }

    private void connect(List<InetAddress> addresses) {
        EndpointAddress to = request.address();
        RequestOptions options = new RequestOptions().setMethod(HttpMethod.valueOf(request.method())).setHost(to.host()).setPort(to.port())
                .setURI(to.target()).setSsl(to.secure()).setFollowRedirects(false)
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(addresses.get(0), to.port())));
        loop.http().request(options).onComplete(opened -> {
            if (answer.isDone()) {
                if (opened.succeeded()) {
                    opened.result().reset();
                }
            } else if (opened.succeeded()) {
                send(opened.result(), addresses);
                connected.run();
            } else if (addresses.size() > 1) {
                connect(addresses.subList(1, addresses.size()));
            } else {
                end(failure(opened.cause()));
            }
        });
    }

    private void send(HttpClientRequest out, List<InetAddress> addresses) {
        open = out;
        boolean reused = !loop.used().add(out.connection());
        request.headers().forEach(out::putHeader);
        out.send(Buffer.buffer(Unpooled.wrappedBuffer(request.body()))).onComplete(sent -> {
            if (answer.isDone()) {
                return;
            }
            if (sent.succeeded()) {
                read(sent.result());
            } else if (reused && !sentAgain && isEndOfConnection(sent.cause())) {
                sentAgain = true; // the endpoint had closed the kept connection; nothing says that it saw the request
                connect(addresses);
            } else {
                end(failure(sent.cause()));
            }
        });
    }

    private void read(HttpClientResponse in) {
        response = in;
        in.handler(chunk -> {
            received += chunk.length();
            if (snippet.length() < SNIPPET) {
                snippet.appendBuffer(chunk, 0, Math.min(chunk.length(), SNIPPET - snippet.length()));
            }
            if (received > longestAnswer) {
                answered();
                abandon(); // who sends more than an answer costs a connection
            }
        });
        in.exceptionHandler(broken -> answered());
        in.endHandler(whole -> answered());
    }

    /** The status has come, which decides. */
    private void answered() {
        end(Answer.of(response.statusCode(), Optional.ofNullable(response.getHeader("Retry-After")), snippet.length() == 0 ? ""
                : UNPRINTABLE.matcher(snippet.toString(StandardCharsets.UTF_8)).replaceAll("")));
    }

    private void end(Answer end) {
        if (answer.isDone()) {
            return;
        }
        loop.vertx().cancelTimer(deadline);
        answer.complete(response == null ? end : end.with(new Answer.Allowed(
                response.getHeader("WebHook-Allowed-Origin"), response.getHeader("WebHook-Allowed-Rate"))));
    }

    private void abandon() {
        if (open != null) {
            open.reset();
        }
    }

    private static boolean isEndOfConnection(Throwable cause) {
        return cause instanceof HttpClosedException || cause instanceof StreamResetException || cause instanceof IOException
                || cause instanceof VertxException && String.valueOf(cause.getMessage()).contains("closed");
    }

    private static Answer failure(Throwable cause) {
        return Answer.failed(classOf(cause), text(cause));
    }

    private static ErrorClass classOf(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException || each instanceof GeneralSecurityException) {
                return ErrorClass.TLS_ERROR;
            }
            if (each instanceof ConnectTimeoutException || each instanceof TimeoutException) {
                return ErrorClass.TIMEOUT;
            }
            if (each instanceof NoRouteToHostException || String.valueOf(each.getMessage()).contains("nreachable")) {
                return ErrorClass.NETWORK_UNREACHABLE;
            }
            if (each instanceof ConnectException) {
                return ErrorClass.CONNECTION_REFUSED;
            }
            if (each instanceof UnknownHostException) {
                return ErrorClass.DNS_ERROR;
            }
        }
        return isEndOfConnection(cause) ? ErrorClass.CONNECTION_RESET : ErrorClass.NETWORK_ERROR;
    }

    private static String text(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
