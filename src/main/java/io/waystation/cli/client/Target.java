package io.waystation.cli.client;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.relay.AnyCertificate;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to the target as they came in: method, query, every header value, exact body.
 *
 * <p>Its own HTTP call and not Camel's, for two reasons: Camel joins the values of a repeated header into one
 * text, and the sender's headers would have to become Camel headers, which steer components. Thread-safe.
 */
public final class Target {
    private static final Logger LOG = LoggerFactory.getLogger(Target.class);

    private final URI address;
    private final Map<String, String> extraHeaders;
    private final Duration timeout;
    private final HttpClient client;

    /**
     * A target.
     *
     * @param address where to send, with the user and password in it when there are any; null to send nowhere
     * @param extraHeaders set on every request
     * @param timeout limit of one attempt, from the connection to the end of the answer
     * @param insecure whether any TLS certificate is taken
     * @throws IllegalArgumentException when a header cannot be sent, such as Host or one with a line break
     */
    public Target(URI address, Map<String, String> extraHeaders, Duration timeout, boolean insecure) {
        this.address = address;
        this.extraHeaders = Map.copyOf(BasicCredentials.with(extraHeaders, address));
        this.timeout = timeout;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .proxy(ProxySelector.of(null)); // targets are near; the stream goes through the proxy
        if (insecure) {
            builder.sslContext(AnyCertificate.context());
        }
        this.client = builder.build();
        if (address != null) {
            HttpRequest.Builder trial = HttpRequest.newBuilder(address);
            this.extraHeaders.forEach(trial::setHeader);
        }
    }

    /** Sends the exchange's event. */
    public void send(Exchange exchange)
            throws TargetUnavailableException, TargetRefusedException, InterruptedException {
        if (address != null) {
            exchange.setProperty(DeadLetters.ATTEMPTS, exchange.getProperty(DeadLetters.ATTEMPTS, 0, Integer.class) + 1);
            Event event = ClientEvent.of(exchange);
            try {
                int status = take(event);
                LOG.info("{}: the target answered {}", ClientEvent.shown(event), status);
            } catch (TargetUnavailableException down) {
                LOG.warn("{}: {}", ClientEvent.shown(event), down.getMessage());
                throw down;
            }
        }
    }

    private int take(Event event) throws TargetUnavailableException, TargetRefusedException, InterruptedException {
        int status = answer(request(event));
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            throw new TargetUnavailableException("the target answered " + status);
        }
        if (status / 100 != 2) {
            throw new TargetRefusedException("the target answered " + status);
        }
        return status;
    }

    private int answer(HttpRequest request) throws TargetUnavailableException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new TargetUnavailableException("the target did not answer within " + timeout.toMillis() + " ms");
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            throw stopped;
        } catch (ExecutionException failed) {
            throw new TargetUnavailableException("the target cannot be reached: " + describe(failed.getCause()));
        }
    }

    private static String describe(Throwable problem) {
        String message = problem instanceof IOException && problem.getMessage() == null && problem.getCause() != null
                ? problem.getCause().getMessage() : problem.getMessage();
        return problem.getClass().getSimpleName() + (message == null ? "" : ", " + message);
    }

    private HttpRequest request(Event event) {
        HttpRequest.Builder request = HttpRequest.newBuilder(QueryText.behind(address, event.query()))
                .method(ForwardedHeaders.method(event), HttpRequest.BodyPublishers.ofByteArray(event.body()));
        for (Headers.Header header : ForwardedHeaders.of(event)) {
            request.header(header.name(), header.value());
        }
        request.setHeader("Idempotency-Key", ClientEvent.printable(event.id()));
        extraHeaders.forEach(request::setHeader);
        return request.build();
    }
}
